"""Who would take a time that becomes free, and who is offered it."""
