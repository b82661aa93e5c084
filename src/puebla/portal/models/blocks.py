"""What the body of an edited page is made of: few kinds of block, each with one look, so that pages stay alike."""

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from puebla.portal import querysets

#: What a paragraph may hold; headings and pictures are blocks of their own.
FEATURES = ["bold", "italic", "link", "ol", "ul"]
FOLDER = "portal/pages/blocks"


class Quote(blocks.StructBlock):
    """Somebody's words, with who said or wrote them: a quotation without a source is not one."""

    text = blocks.TextBlock(label=_("Words"))
    source = blocks.CharBlock(label=_("Who said or wrote them, and where"), max_length=200)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = f"{FOLDER}/quote.html"


class Figure(blocks.StructBlock):
    """A picture with what it shows in words for those who cannot see it, and who made it."""

    picture = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        label=_("Alternative text"),
        max_length=250,
        help_text=_("What the picture shows, in this page's language, for readers who cannot see it."),
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=300)
    credit = blocks.CharBlock(
        label=_("Credit"), max_length=150, help_text=_("Who made the picture or owns it.")
    )

    class Meta:
        icon = "image"
        label = _("Figure")
        template = f"{FOLDER}/figure.html"


class DocumentReference(blocks.StructBlock):
    """A document of the process by its symbol; the public edition is looked up when the page is shown."""

    symbol = blocks.CharBlock(
        label=_("Symbol"),
        max_length=60,
        help_text=_("As it stands at the head of the document’s page."),
        validators=[
            RegexValidator(r"^[^\s/]+(/[^\s/]+)+$", _("A symbol has parts divided by “/”, without spaces."))
        ],
    )
    note = blocks.CharBlock(label=_("Note"), required=False, max_length=200)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The block with the document as the public may read it now."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {"found": querysets.reference_to(value["symbol"])}

    class Meta:
        icon = "doc-full"
        label = _("Document by symbol")
        template = f"{FOLDER}/document.html"


class Members(blocks.StructBlock):
    """The parties of one standing, as published: the list is never typed twice."""

    standing = blocks.ChoiceBlock(
        label=_("Standing"),
        choices=[
            ("member", _("member states")),
            ("observer_state", _("observer states")),
            ("observer_organisation", _("observer organisations")),
            ("civil_society", _("civil society")),
        ],
    )

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The block with today's parties of this standing."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        standing = value["standing"]
        return context | {
            "parties": querysets.parties_to_list(standing), "by_name": querysets.named_in_full(standing)
        }  # fmt: skip

    class Meta:
        icon = "group"
        label = _("List of members or observers")
        template = f"{FOLDER}/members.html"


class Fact(blocks.StructBlock):
    """One line of a table of facts."""

    name = blocks.CharBlock(label=_("What"), max_length=120)
    value = blocks.TextBlock(label=_("Fact"))

    class Meta:
        label = _("Line")


class Facts(blocks.StructBlock):
    """A short table of facts."""

    caption = blocks.CharBlock(label=_("What the table tells"), max_length=160)
    rows = blocks.ListBlock(Fact(), label=_("Lines"), min_num=1)

    class Meta:
        icon = "table"
        label = _("Facts")
        template = f"{FOLDER}/facts.html"


class Contact(blocks.StructBlock):
    """Whom to write to; what is left empty comes from the process's own record."""

    name = blocks.CharBlock(label=_("Office or person"), max_length=150)
    address = blocks.TextBlock(label=_("Address"), required=False)
    email = blocks.EmailBlock(label=_("E-mail"), required=False)
    phone = blocks.CharBlock(label=_("Telephone"), required=False, max_length=40)

    class Meta:
        icon = "mail"
        label = _("Contact")
        template = f"{FOLDER}/contact.html"


class Body(blocks.StreamBlock):
    """The body of an edited page."""

    heading = blocks.CharBlock(
        label=_("Heading"), icon="title", max_length=120, template=f"{FOLDER}/heading.html"
    )
    subheading = blocks.CharBlock(
        label=_("Lower heading"), icon="title", max_length=120, template=f"{FOLDER}/subheading.html"
    )
    paragraph = blocks.RichTextBlock(
        label=_("Paragraph or list"), icon="pilcrow", features=FEATURES, template=f"{FOLDER}/paragraph.html"
    )
    quote = Quote()
    figure = Figure()
    document = DocumentReference()
    members = Members()
    facts = Facts()
    contact = Contact()
