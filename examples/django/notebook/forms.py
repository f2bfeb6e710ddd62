from django import forms

from .models import Sighting


class SightingForm(forms.ModelForm):
    class Meta:
        model = Sighting
        fields = ["species", "seen_on", "count", "remark"]
        widgets = {"seen_on": forms.DateInput(attrs={"type": "date"})}
