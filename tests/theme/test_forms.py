"""Fields, hints and errors tied together."""

from django.template import Context, Template

from tests.theme.pages import Everything


def shown(source: str, form: Everything) -> str:
    return Template(source).render(Context({"form": form}))


def test_a_wrong_field_is_tied_to_its_error_and_hint():
    text = shown("{% field form.title %}", Everything({}))

    assert 'aria-describedby="id_title_helptext id_title_error"' in text
    assert 'id="id_title_helptext"' in text
    assert 'id="id_title_error"' in text
    assert 'aria-invalid="true"' in text


def test_a_group_of_choices_has_a_legend():
    text = shown("{% field form.audience %}", Everything())

    assert "<legend>Audience" in text
    assert 'aria-describedby="id_audience_helptext"' in text


def test_a_box_to_tick_stands_before_its_label():
    text = shown("{% field form.agreed %}", Everything())

    assert text.index("<input") < text.index("<label")


def test_a_field_that_may_stay_empty_says_so():
    assert "(optional)" in shown("{% field form.symbol %}", Everything())
    assert "(optional)" not in shown("{% field form.title %}", Everything())


def test_hidden_fields_carry_no_label():
    assert "<label" not in shown("{% field form.revision %}", Everything())


def test_the_summary_leads_to_each_field_at_fault():
    text = shown("{% errors form %}", Everything({}))

    assert 'role="alert"' in text
    assert 'href="#id_title"' in text
    assert 'href="#id_audience_0"' in text


def test_a_form_in_order_has_no_summary():
    assert shown("{% errors form %}", Everything()).strip() == ""
