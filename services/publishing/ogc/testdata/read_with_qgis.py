"""Reads a collection with QGIS, as a person would with Layer > Add Layer, and
prints as JSON what QGIS saw.

    QT_QPA_PLATFORM=offscreen python3 read_with_qgis.py http://localhost:8080/ogc COLLECTION west,south,east,north
"""

import json
import os
import sys

from qgis.core import (Qgis, QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsFeatureRequest,
                       QgsMapRendererSequentialJob, QgsMapSettings, QgsNetworkAccessManager, QgsNetworkRequestParameters,
                       QgsProject, QgsRectangle, QgsVectorLayer, QgsVectorTileLayer, QgsWkbTypes)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

api, collection, box = sys.argv[1], sys.argv[2], QgsRectangle(*map(float, sys.argv[3].split(",")))
app = QgsApplication([], False)
app.initQgis()

requests = []
QgsNetworkAccessManager.instance().requestAboutToBeCreated[QgsNetworkRequestParameters].connect(
    lambda parameters: requests.append(parameters.request().url().toString()))


def layer():
    return QgsVectorLayer(f"pagingEnabled='true' restrictToRequestBBOX='1' typename='{collection}' url='{api}' version='OGC_API_FEATURES'",
                          collection, "OAPIF")


def asked(read):
    """What read gives, and the addresses of the items that QGIS asked for meanwhile."""
    requests.clear()
    result = read()
    app.processEvents()
    return result, [url for url in requests if "/items" in url]


def painted(map_layer):
    """How many pixels of a map of the box a layer paints; the map is written beside, where FUJIN_QGIS_MAP names a file."""
    settings = QgsMapSettings()
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    to = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), mercator, QgsProject.instance())
    settings.setLayers([map_layer])
    settings.setOutputSize(QSize(400, 300))
    settings.setDestinationCrs(mercator)
    settings.setExtent(to.transformBoundingBox(box))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    if "FUJIN_QGIS_MAP" in os.environ:
        image.save(os.environ["FUJIN_QGIS_MAP"])
    return sum(image.pixelColor(x, y) != QColor("white") for x in range(400) for y in range(300))


whole = layer()
features, _ = asked(lambda: list(whole.getFeatures()))
inside, box_requests = asked(lambda: [f["id"] for f in layer().getFeatures(QgsFeatureRequest().setFilterRect(box))])
# Versions that know CQL2 ask the server; those before compare what they read.
chosen, filter_requests = asked(lambda: [f["id"] for f in layer().getFeatures(QgsFeatureRequest().setFilterExpression("\"wheelchair\" = 'yes'"))])
by_name = QgsFeatureRequest().addOrderBy("name", False)
tiles = QgsVectorTileLayer(f"type=xyz&url={api}/collections/{collection}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}&zmin=0&zmax=22", "tiles")

print(json.dumps({
    "qgis": Qgis.QGIS_VERSION,
    "valid": whole.isValid(),
    "counted": whole.featureCount(),
    "read": len({f["id"] for f in features}),
    "columns": [field.name() for field in whole.fields()],
    "geometry": QgsWkbTypes.displayString(whole.wkbType()),
    "first": features[0].geometry().asWkt(4),
    "inside": len(inside), "box_requests": box_requests,
    "chosen": len(chosen), "filter_requests": filter_requests,
    "last_by_name": [f["name"] for f in layer().getFeatures(by_name)][:2],
    "painted": painted(whole), "painted_tiles": painted(tiles) if tiles.isValid() else 0,
}, ensure_ascii=False))
sys.stdout.flush()
os._exit(0)  # QGIS 3.22 crashes when it is torn down while layers live
