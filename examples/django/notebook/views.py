"""The notebook's pages."""

from django.contrib import messages
from django.db.models import Count, Max, Sum
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from .badges import badge_png
from .forms import SightingForm
from .models import Pool, Sighting, Species

BADGE_SIZES = range(16, 513)


@require_safe
def shore(request):
    pools = Pool.objects.annotate(
        kinds=Count("sightings__species", distinct=True),
        last_visit=Max("sightings__seen_on"),
    )
    latest = Sighting.objects.select_related("pool", "species")[:5]
    return render(request, "notebook/shore.html", {"pools": pools, "latest": latest})


@require_http_methods(["GET", "HEAD", "POST"])
def pool(request, slug):
    pool = get_object_or_404(Pool, slug=slug)
    form = SightingForm(request.POST or None, instance=Sighting(pool=pool))
    if request.method == "POST" and form.is_valid():
        sighting = form.save()
        messages.success(request, f"Noted: {sighting}.")
        return redirect(pool)
    sightings = pool.sightings.select_related("species")
    return render(
        request,
        "notebook/pool.html",
        {"pool": pool, "sightings": sightings, "form": form},
        status=400 if form.errors else 200,
    )


@require_safe
def guide(request):
    return render(request, "notebook/guide.html", {"guide": Species.objects.all()})


@require_safe
def species(request, slug):
    species = get_object_or_404(Species, slug=slug)
    homes = (
        Pool.objects.filter(sightings__species=species)
        .annotate(seen=Sum("sightings__count"))
        .order_by("-seen", "name")
    )
    return render(request, "notebook/species.html", {"species": species, "homes": homes})


@require_safe
@cache_control(public=True, max_age=3600)
def badge(request, slug):
    species = get_object_or_404(Species, slug=slug)
    try:
        size = int(request.GET.get("size", 96))
    except ValueError:
        size = 0
    if size not in BADGE_SIZES:
        return HttpResponseBadRequest(
            f"size must be a number from {BADGE_SIZES[0]} to {BADGE_SIZES[-1]}\n",
            content_type="text/plain",
        )
    png = badge_png(species.arms, species.colour, size)
    return HttpResponse(png, content_type="image/png")
