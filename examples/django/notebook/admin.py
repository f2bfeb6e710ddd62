from django.contrib import admin

from .models import Pool, Sighting, Species

admin.site.site_header = "Tide pool notebook"


class SightingInline(admin.TabularInline):
    model = Sighting
    extra = 1


@admin.register(Pool)
class PoolAdmin(admin.ModelAdmin):
    list_display = ["name", "zone", "depth_cm"]
    list_filter = ["zone"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [SightingInline]


@admin.register(Species)
class SpeciesAdmin(admin.ModelAdmin):
    list_display = ["name", "latin", "zone", "arms"]
    list_filter = ["zone"]
    search_fields = ["name", "latin"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Sighting)
class SightingAdmin(admin.ModelAdmin):
    list_display = ["species", "pool", "count", "seen_on"]
    list_filter = ["pool", "seen_on"]
    autocomplete_fields = ["species"]
    date_hierarchy = "seen_on"
