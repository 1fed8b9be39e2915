-- Makes geodesic.csv, the oracle of distance and bearing: PostGIS geography on
-- the WGS-84 spheroid. Run with PostgreSQL 15 and PostGIS 3:
--   psql -qAtX -f geodesic.sql > geodesic.csv
-- Coordinates are rounded to 1e-7 degree before anything is measured.
CREATE EXTENSION IF NOT EXISTS postgis;
DO $$ BEGIN PERFORM setseed(0.28); END $$;
CREATE TEMP TABLE pair (kind text, lon1 float8, lat1 float8, lon2 float8, lat2 float8);

-- Lines of a given length in 12 directions from many latitudes.
INSERT INTO pair
SELECT 'km' || km, lon, lat, ST_X(q), ST_Y(q)
FROM (
  SELECT km, lon, lat,
         ST_Project(ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography, km * 1000.0, radians(az + lat / 7))::geometry AS q
  FROM unnest(ARRAY[0.01, 1.5, 20, 50]) AS km,
       (VALUES (115.8582, 28.6829), (0.0, 0.0), (24.9384, 60.1699), (-68.3030, -54.8019),
               (179.9999, 45.5), (-179.9995, -16.8), (15.6333, 78.2232), (100.5, 84.4), (-3.7, -84.4)) AS o(lon, lat),
       generate_series(0, 330, 30) AS az
) AS s;

-- Close to the poles, where no ruler holds.
INSERT INTO pair
SELECT 'pole', l1, 90 - random() * 0.4, l1 + random() * 180 - 90, 90 - random() * 0.4
FROM (SELECT random() * 180 - 90 AS l1 FROM generate_series(1, 30)) AS s;
INSERT INTO pair
SELECT 'pole', lon1, -lat1, lon2, -lat2 FROM pair WHERE kind = 'pole';
INSERT INTO pair VALUES
  ('pole', 0, 90, 115.8582, 28.6829), ('pole', 0, -90, 0, 90), ('pole', 50, 90, -120, 90), ('pole', 10, 89.9999999, -170, 89.9999999),
  ('pole', 7, 52, 7, 90), ('pole', 30, 80, -150, 80), ('pole', 30, -80, -150, 40), ('pole', 30, 45, 30, -45);

-- Anywhere to anywhere.
INSERT INTO pair
SELECT 'any', random() * 360 - 180, degrees(asin(random() * 2 - 1)), random() * 360 - 180, degrees(asin(random() * 2 - 1))
FROM generate_series(1, 150);

-- Nearly antipodal, where simple iterations fail.
INSERT INTO pair
SELECT 'antipodal', lon, lat, lon + 180 + (random() - 0.5) * 1.4, -lat + (random() - 0.5) * 1.4
FROM (SELECT -random() * 180 AS lon, random() * 120 - 60 AS lat FROM generate_series(1, 80)) AS s;
INSERT INTO pair VALUES
  ('antipodal', 0, 0, 180, 0), ('antipodal', 0, 0, 179.5, 0), ('antipodal', 0, 0, 179.3, 0), ('antipodal', 0, 0, 179.5, 0.5),
  ('antipodal', 0, -30, 179.9, 29.9), ('antipodal', 0, -30, 179.9999, 29.9999), ('antipodal', 0, 0.5, 179.5, -0.5),
  ('antipodal', 20, 30, -160, -30), ('antipodal', 0, 1e-7, 179.9999999, 0);

-- Along the equator, along parallels, and over the antimeridian.
INSERT INTO pair VALUES
  ('equator', -10, 0, 30, 0), ('equator', 170, 0, -170, 0), ('equator', 0, 0, 90, 0), ('equator', 0, 0, 1.5, 0);
INSERT INTO pair
SELECT 'antimeridian', 180 - random() * s, random() * 150 - 75, -180 + random() * s, random() * 150 - 75
FROM generate_series(1, 10), unnest(ARRAY[0.001, 0.1, 5]) AS s;
INSERT INTO pair
SELECT 'parallel', random() * 360 - 180, lat, random() * 360 - 180, lat
FROM (SELECT random() * 170 - 85 AS lat FROM generate_series(1, 30)) AS s;

UPDATE pair SET lon1 = round(lon1::numeric, 7), lat1 = round(lat1::numeric, 7), lat2 = round(lat2::numeric, 7),
  lon2 = round((CASE WHEN lon2 > 180 THEN lon2 - 360 WHEN lon2 < -180 THEN lon2 + 360 ELSE lon2 END)::numeric, 7);

SELECT 'kind,lon1,lat1,lon2,lat2,distance_m,azimuth_deg';
SELECT concat_ws(',', kind, lon1, lat1, lon2, lat2,
  round(ST_Distance(a, b, true)::numeric, 7), coalesce(round(degrees(ST_Azimuth(a, b))::numeric, 9)::text, ''))
FROM (
  SELECT *, ST_SetSRID(ST_MakePoint(lon1, lat1), 4326)::geography AS a, ST_SetSRID(ST_MakePoint(lon2, lat2), 4326)::geography AS b
  FROM pair
) AS s;
