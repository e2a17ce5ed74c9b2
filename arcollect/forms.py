"""How every form is drawn: `{{ form }}` for all of it, `{{ form.name.as_field_group }}` for one field."""

from django.forms.renderers import TemplatesSetting


class FieldRenderer(TemplatesSetting):
    """Label, control, help and error of a field as templates/includes/field.html draws them."""

    form_template_name = "includes/form.html"
    field_template_name = "includes/field.html"
