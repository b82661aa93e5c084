"""How a commitment stands, on a page: its status, and how far it has come."""

from django import template

from puebla.plan.views import wording

register = template.Library()

register.simple_tag(wording.status_tag)
register.simple_tag(wording.how_far)
