"""What the diary knows of the practice."""


def facts() -> dict[str, str]:
    return {}
