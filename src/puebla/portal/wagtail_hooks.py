"""What Wagtail's own pages show and do not show here; Wagtail finds this module by its name."""

import json
from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import widgets as admin_widgets
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import AdminPageChooser
from wagtail.contrib.redirects import forms as redirect_forms
from wagtail.forms import TaskStateCommentForm

from puebla.portal import rules

#: Menus of what the house keeps elsewhere, or keeps by data.
HIDDEN = {"settings", "help", "documents"}


@hooks.register("construct_main_menu")
def hide_what_is_kept_elsewhere(_request: Any, items: list[Any]) -> None:
    """Leave pages, pictures, redirects, reports."""
    items[:] = [one for one in items if one.name not in HIDDEN]


@hooks.register("register_admin_menu_item")
def lead_to_redirects() -> MenuItem:
    """Redirects, which Wagtail keeps below settings that nobody sees here."""
    return RedirectsMenuItem(
        gettext_lazy("Redirects"),
        reverse_lazy("wagtailredirects:index"),
        name="redirects",
        icon_name="redirect",
    )


@hooks.register("insert_global_admin_js")
def start_widgets() -> SafeString:
    """Our script in place of those that would stand inside the page."""
    return format_html('<script src="{}"></script>', static("portal/cms.js"))


class RedirectsMenuItem(MenuItem):
    """The entry for who may change redirects."""

    def is_shown(self, request: Any) -> bool:
        """Whether the person's seat lets them."""
        return rules.may_approve(request.user)


class PageChooser(AdminPageChooser):
    """Wagtail's chooser of pages without a script inside the page."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:
        """The chooser and a mark at which our script starts it."""
        attrs = attrs or {}
        data = self.get_value_data(value)
        return format_html(
            '{}<span hidden data-start="{}" data-new="yes" data-of="{}" data-options="{}"></span>',
            self.render_html(name, data, attrs),
            self.js_constructor,
            attrs["id"],
            json.dumps(self.get_js_init_options(attrs["id"], name, data)),
        )


# The form asks for this word once, when it is read, in whatever language that happens to be.
TaskStateCommentForm.base_fields["comment"].label = gettext_lazy("Comment")
# The form names the widget itself and offers no other way to give it one.
redirect_forms.AdminPageChooser = admin_widgets.AdminPageChooser = PageChooser
