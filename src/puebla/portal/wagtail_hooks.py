"""What Wagtail's own pages show and do not show here; Wagtail finds this module by its name."""

import json
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.widgets import AdminPageChooser
from wagtail.contrib.redirects import forms as redirect_forms

#: Menus of what the house keeps elsewhere, or keeps by data.
HIDDEN = {"settings", "help", "documents"}


@hooks.register("construct_main_menu")
def hide_what_is_kept_elsewhere(_request: Any, items: list[Any]) -> None:
    """Leave pages, pictures, redirects, reports."""
    items[:] = [one for one in items if one.name not in HIDDEN]


@hooks.register("insert_global_admin_js")
def start_widgets() -> SafeString:
    """Our script in place of those that would stand inside the page."""
    return format_html('<script src="{}"></script>', static("portal/cms.js"))


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


# The form names the widget itself and offers no other way to give it one.
redirect_forms.AdminPageChooser = PageChooser
