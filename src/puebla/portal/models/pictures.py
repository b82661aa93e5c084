"""Pictures of edited pages: public by definition, kept without what cameras write into them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition


class Picture(AbstractImage):
    """A picture that editors may show; its words (alternative text, caption, credit) are given where it is shown."""

    admin_form_fields = (
        "title", "file", "focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height",
    )  # fmt: skip

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")


class PictureRendition(AbstractRendition):
    """A picture in the size in which a page shows it: what the public gets."""

    image = models.ForeignKey(Picture, related_name="renditions", on_delete=models.CASCADE)

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)

    @property
    def url(self) -> str:
        """The public address."""
        from django.urls import reverse

        return reverse("picture", args=[str(self.file.name).rsplit("/", 1)[-1]])
