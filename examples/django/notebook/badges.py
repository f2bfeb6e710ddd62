"""Round badges of species, drawn with Pillow.

A badge depends on nothing but the species' arms and colour and the asked
size, so the same request always gets the same bytes.
"""

import io
import math

from PIL import Image, ImageColor, ImageDraw

# Drawn larger and scaled down: Pillow's polygons are not antialiased.
OVERSAMPLING = 4
SEA = (16, 58, 79)
FOAM = (233, 244, 240)


def badge_png(arms, colour, size):
    """Returns the PNG of a creature with that many arms, size pixels square."""
    side = size * OVERSAMPLING
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    rim = side // 24
    draw.ellipse([0, 0, side - 1, side - 1], fill=FOAM)
    draw.ellipse([rim, rim, side - 1 - rim, side - 1 - rim], fill=SEA)

    centre = side / 2
    body = ImageColor.getrgb(colour)
    draw.polygon(_star(centre, side * 0.38, side * 0.15, arms), fill=body)
    eye = side * 0.035
    for dx in (-0.06, 0.06):
        x, y = centre + dx * side, centre - side * 0.03
        draw.ellipse([x - eye, y - eye, x + eye, y + eye], fill=FOAM)
        draw.ellipse([x - eye / 2, y - eye / 2, x + eye / 2, y + eye / 2], fill=SEA)

    image = image.resize((size, size), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _star(centre, outer, inner, arms):
    """Corners of a star whose first arm points up."""
    corners = []
    for i in range(2 * arms):
        radius = inner if i % 2 else outer
        angle = math.pi * i / arms - math.pi / 2
        corners.append((centre + radius * math.cos(angle), centre + radius * math.sin(angle)))
    return corners
