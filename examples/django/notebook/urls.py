from django.urls import path

from . import api, views

urlpatterns = [
    path("", views.shore, name="shore"),
    path("pools/<slug:slug>/", views.pool, name="pool"),
    path("guide/", views.guide, name="guide"),
    path("guide/<slug:slug>/", views.species, name="species"),
    path("guide/<slug:slug>/badge.png", views.badge, name="badge"),
    path("api/species/", api.species_list, name="api-species"),
    path("api/pools/<slug:slug>/", api.pool_detail, name="api-pool"),
    path("healthz", api.healthz, name="healthz"),
]
