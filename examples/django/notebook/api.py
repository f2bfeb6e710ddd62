"""The notebook as JSON."""

from django.db import DatabaseError, connection
from django.db.models import Count, Sum
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .models import Pool, Species, Zone


@never_cache
@require_safe
def healthz(request):
    """Says whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"status": "down", "database": connection.vendor}, status=503)
    return JsonResponse({"status": "ok", "database": connection.vendor})


@require_safe
def species_list(request):
    """All species with how often they were seen; ?zone= narrows."""
    found = Species.objects.annotate(pools=Count("sightings__pool", distinct=True)).annotate(
        seen=Sum("sightings__count", default=0)
    )
    zone = request.GET.get("zone")
    if zone is not None:
        if zone not in Zone.values:
            return JsonResponse(
                {"error": f"unknown zone, one of: {', '.join(Zone.values)}"}, status=400
            )
        found = found.filter(zone=zone)
    return JsonResponse(
        {
            "species": [
                {
                    "slug": s.slug,
                    "name": s.name,
                    "latin": s.latin,
                    "zone": s.zone,
                    "pools": s.pools,
                    "seen": s.seen,
                }
                for s in found
            ]
        }
    )


@require_safe
def pool_detail(request, slug):
    """One pool with its sightings, newest first."""
    pool = get_object_or_404(Pool, slug=slug)
    return JsonResponse(
        {
            "name": pool.name,
            "zone": pool.zone,
            "depth_cm": pool.depth_cm,
            "sightings": [
                {
                    "species": s.species.slug,
                    "seen_on": s.seen_on.isoformat(),
                    "count": s.count,
                    "remark": s.remark,
                }
                for s in pool.sightings.select_related("species")
            ],
        }
    )
