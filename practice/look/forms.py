"""Forms rendered with the house's components."""

from django.forms.renderers import TemplatesSetting


class HouseRenderer(TemplatesSetting):
    pass
