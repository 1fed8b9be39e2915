package datasets

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// A role says which part of a Place a column feeds.
type role uint8

const (
	roleAttribute role = iota // stays in Place.Attributes
	roleID
	roleName
	roleCategory
	roleLat
	roleLon
	rolePosition // both values in one column
	roleLocation // a pair in some files, a place's name in others
	roleAddress
	rolePhone
	roleHours
	roleAlways // a flag: open around the clock
	roleOpens
	roleCloses
	roleVerified
	roleIgnored // repeats what the geometry says
	roleCount
)

// pairOrder says which value of a position column comes first where both
// orders are legal.
type pairOrder uint8

const (
	latFirst pairOrder = iota
	lonFirst
)

// A column is what is known about one column or key of a file. It is found out
// once and then serves every row.
type column struct {
	key  string // attribute key: OSM's where known, else the file's own name
	raw  string // the file's own name
	role role
	rank int // of several columns with one role the lowest filled one wins
	kind valueKind
	// crs is what the name says about the coordinate system ("经度_84").
	crs   CRS
	order pairOrder
	// also are further meanings that the mapping gives the column.
	also []*column
	// shown is what the outside is told of the column; nil until it is met.
	shown *Column
	// seen holds the normalised form of each distinct value.
	seen map[string]normalised
}

// roleAliases names the columns that files use for each role, best first. Names
// are folded by foldName before they are compared.
const roleAliases = `
id: @id, id, station uid, source_id, sourceid, osm_id, feature id, toilet_id, store number, store_id, station_id, shop_id, site_id, location_id, facility_id, object id, uuid, id_inpost, identifier, 编号, 編號, 设施编号, 設施編號, 编码, 编号id, 门店编号, 門市編號, 分公司統一編號, 统一编号, 관리번호, 번호, 管理番号, 施設id, no, nr, kennung, identifiant, identyfikator, מזהה, mapid, bike_id, vehicle_id, recordid, gihs
name: name, title, toilet name, store name, feature name, facility name, facility_name, station name, station_name, display name, display_name, displayname, shop name, shop_name, site name, bezeichnung, naam, nom, nombre, nome, nazwa, naziv, namn, navn, nimi, ad, isim, название, наименование, 名称, 名稱, 设施名称, 設施名稱, 门店名称, 門市名稱, 店名, 店铺名称, 公厕名称, 公廁名稱, 厕所名称, 站名, 站点名称, 分公司名稱, 施設名, 施設名称, 화장실명, 시설명, 상호, 상호명, 명칭, pbctlt_plc_nm, שם, שם סניף, label, location name, opis_lokalizacji, 姓名, station
category: category, kategorie, catégorie, categoría, categoria, kategoria, categorie, 类别, 類別, 分类, 分類, 设施类别, 設施類別, 设施类型, カテゴリ, カテゴリー, 분류, 카테고리, קטגוריה, map_type, facility_type, facility type
lat: lat, latitude, latitudine, latitud, breite, breitengrad, geographische breite, breedtegraad, szerokość geograficzna, szerokosc, 纬度, 緯度, 北纬, 北緯, 위도, y_coord, ycoord, lat_dd, gps_lat, position_lat, geo_lat, point_y, широта, קו רוחב, refine_lat, y, y坐标, 纵坐标, 縱坐標, northing, hochwert
lon: lon, lng, long, longitude, longitiude, longtitude, longitudine, longitud, länge, längengrad, geographische länge, lengtegraad, długość geograficzna, dlugosc, 经度, 經度, 东经, 東經, 経度, 경도, x_coord, xcoord, lon_dd, gps_lon, gps_lng, position_lon, geo_lon, geo_lng, point_x, долгота, קו אורך, refine_lon, refine_logt, x, x坐标, 横坐标, 橫坐標, easting, rechtswert
position: position, coordinates, coordinate, co-ordinates, co-ordinate, coords, coord, latlng, latlon, lat_lng, lat_lon, geo_point_2d, geopoint, geo point, map_coordinate, gps, gps coordinates, koordinaten, coördinaten, coordonnées, coordenadas, współrzędne, 坐标, 座標, 经纬度坐标, wkt, the_geom, geom, lonlat, lnglat, lon_lat, lng_lat, 经纬度, 經緯度, 좌표, קואורדינטות
location: location
address: address, full address, full_address, street address, street_address, addr, addr:full, address1, adresse, adres, adresa, dirección, direccion, indirizzo, adress, 地址, 详细地址, 詳細地址, 分公司地址, 门店地址, 位置, 所在地, 住所, 所在地(日本語), 住所(日本語), refine_roadnm_addr, refine_lotno_addr, 도로명주소, 소재지도로명주소, 소재지지번주소, 지번주소, 주소, כתובת, адрес, station address, store_address, address_c, address_tc, address_cn, address_zh, objpos, address_en
phone: phone, contact:phone, telephone, tel, phone number, phone_number, contact number, mobile, telefon, telefoon, téléphone, teléfono, telefono, 电话, 電話, 联系电话, 聯絡電話, 電話番号, 전화번호, manage_inst_telno, 연락처, טלפון, телефон, contact1, contact_phone
hours: opening_hours, opening hours, openinghours, openhours, open hours, hours, business hours, opening times, opening time, öffnungszeiten, oeffnungszeiten, openingstijden, horaires, horaire, heures d'ouverture, horario, orario, orari, godziny_otwarcia, godziny otwarcia, radno vrijeme, 开放时间, 開放時間, 营业时间, 營業時間, 服务时间, 服務時間, 営業時間, 利用時間, 利用可能時間, open_tm_info, 개방시간, 운영시간, 영업시간, שעות פתיחה, время работы, open, is_open, openhr, openhr_c, opening_hours_cn, opening_hours_tc, opening_hours_en, station_opening_hours, operating_hours_extended
always: 24 hours, location_247, open 24 hours, 24h, lokalizacja_247, always open, 24小时
opens: opens, open time, open_time, opening, 利用可能時間opens, 利用開始時間, 开门时间, 開始時間, 개방시작시간
closes: closes, close time, close_time, closing, 利用可能時間closes, 利用終了時間, 关门时间, 終了時間, 개방종료시간
verified: verified_at, check_date, survey:date, last verified, last_verified, verified, 核实日期, 核實日期, 核对日期, data_std_de, 데이터기준일자
`

// attributeAliases names the columns for OSM keys, with the kind of their
// values in brackets. A key answers to its own name too.
const attributeAliases = `
wheelchair [wheelchair]: accessible, wheelchair accessible, wheelchair_accessible, disabled, disabled access, handicap, accessibility, barrierefrei, rollstuhlgerecht, rolstoeltoegankelijk, accès pmr, acces_pmr, pmr, accesible, accessibile, dostępność, 无障碍, 無障礙, 无障碍设施, 無障礙設施, バリアフリートイレ, バリアフリートイレ数, 多目的トイレ数, 장애인용, נגישות
fee [fee]: price, cost, charges, entry fee, payment_required, prijs, prijs_per_gebruik, gebühr, kosten, preis, tarif, prix, precio, prezzo, opłata, 收费, 收費, 是否收费, 费用, 費用, 料金, 이용요금, 요금
charge [charge]:
changing_table [flag]: baby change, babychange, baby_change, baby changing, baby_changing, diaper, wickeltisch, wickelraum, verschoontafel, table à langer, relais_bebe, cambiador, fasciatoio, przewijak, 母婴室, 婴儿护理台, 嬰兒護理台, 育嬰室, ベビーベッド, ベビーベッド(ケアルーム), 기저귀교환대
unisex [flag]: male_female_toilet_yn, gender neutral, gender_neutral, all gender, uniseks, mixte, 男女共用, 男女共用トイレ数, 第三卫生间, 남녀공용화장실여부
male [flag]: men, gents, herren, heren, hommes, mężczyźni, 男, 男厕, 男性トイレ数
female [flag]: women, ladies, damen, dames, femmes, kobiety, 女, 女厕, 女性トイレ数
access [access]: zugang, toegang, accès, acceso, dostęp, 开放对象, 准入
drinking_water [flag]: 饮用水
shower [flag]: showers, duschen, douches, 淋浴
toilets:wheelchair [wheelchair]:
operator [text]: provider, betreiber, beheerder, gestionnaire, exploitant, 运营单位, 管理单位, 管理單位, manage_inst_nm, 公司名稱, 公司名称
brand [text]: chain, chain_code, marke, merk, marque, 品牌
description [text]: remarks, beschreibung, omschrijving, opis, 描述, 备注, 備註, remarks_c, remarks_cn, remarks_tc
website [text]: url, web, homepage, webseite, 网址, 網址
email [text]: e-mail, mail, 邮箱, 電郵
image [text]: photo, foto, icon_url, 图片, 画像url
name:en [text]: name_en, english name, 英文名称, 英文名稱, 施設名(英語), nameen, name en
name:zh [text]: name_zh, name_cn, name_c, name_tc, chinese name, 中文名称, 中文名稱
addr:housenumber [text]: house number, house_number, housenumber, addr_no, nr_budynku, hausnummer, huisnummer, 门牌号, 門牌號, building_number
addr:street [text]: street, ulica, strasse, straße, straat, rue, calle, via, 街道, 道路, straatnaam
addr:city [text]: city, town, miejscowosc, stadt, ort, plaats, ville, ciudad, città, grad, 城市, 市, cityname, town_name, woonplaats
addr:district [text]: district, area, 区, 區, 区县, 行政区, 行政區, district_cn, adname, district_en
addr:state [text]: state, province, state/province, wojewodztwo, bundesland, provincie, région, region, 省, 省份, pname
addr:postcode [text]: postcode, post code, post_code, postal code, postal_code, zip, zipcode, zip code, zip_code, plz, code postal, kod_pocztowy, 邮编, 郵遞區號, 郵便番号, 우편번호
addr:country [text]: country, country code, country_code, land, pays, país, kraj, 国家, 國家
capacity [text]: 容量, bikes capacity, bikescapacity
`

// An alias is what a folded column name stands for.
type alias struct {
	key  string
	role role
	rank int
	kind valueKind
}

// aliases reads the two tables above once.
var aliases = sync.OnceValue(func() map[string]alias {
	found := make(map[string]alias, 600)
	add := func(name string, a alias) {
		name = foldName(name)
		if _, taken := found[name]; !taken && name != "" {
			found[name] = a
		}
	}
	for line := range strings.Lines(strings.TrimSpace(roleAliases)) {
		head, names, _ := strings.Cut(line, ": ")
		for rank, name := range strings.Split(names, ",") {
			add(name, alias{role: fieldRole(head), rank: rank})
		}
	}
	for line := range strings.Lines(strings.TrimSpace(attributeAliases)) {
		head, names, _ := strings.Cut(line, "]:")
		key, kind, _ := strings.Cut(head, " [")
		add(key, alias{key: key, kind: valueKinds(kind)})
		for rank, name := range strings.Split(names, ",") {
			add(name, alias{key: key, rank: rank + 1, kind: valueKinds(kind)})
		}
	}
	return found
})

// foldName reduces a column name to letters and digits in lower case without
// accents, full-width forms or punctuation, so that "Co-ordinates",
// "CO ORDINATES" and "co_ordinates" are one name. "@id" keeps its mark, as it
// stands beside "id" in exports of OSM data.
func foldName(name string) string {
	name = strings.TrimSpace(name)
	ascii := true
	for i := 0; i < len(name); i++ {
		ascii = ascii && name[i] < 0x80
	}
	if !ascii {
		name = norm.NFD.String(width.Fold.String(name))
	}
	var b strings.Builder
	b.Grow(len(name))
	for i, r := range name {
		switch {
		case r == '@' && i == 0:
			b.WriteRune(r)
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		}
	}
	if ascii {
		return b.String()
	}
	return norm.NFC.String(b.String()) // Hangul falls apart in NFD
}

// crsMarks are the parts of a column name that state its coordinate system,
// longer ones before those they contain.
var crsMarks = [...]struct {
	mark string
	crs  CRS
}{
	{"wgs84", WGS84}, {"epsg4326", WGS84}, {"4326", WGS84}, {"wgs", WGS84},
	{"gcj02", GCJ02}, {"gcj", GCJ02}, {"amap", GCJ02}, {"gaode", GCJ02}, {"高德", GCJ02}, {"火星", GCJ02},
	{"bd09ll", BD09}, {"bd09", BD09}, {"baidu", BD09}, {"百度", BD09}, {"bd", BD09},
	{"epsg3857", WebMercator}, {"3857", WebMercator}, {"900913", WebMercator},
	{"webmercator", WebMercator}, {"mercator", WebMercator}, {"84", WGS84},
}

// splitCRS takes the mark of a coordinate system out of a folded name if what
// remains names a position: "经度84" is "经度" in WGS-84, "bdlng" "lng" in BD-09.
func splitCRS(folded string) (rest string, crs CRS) {
	for _, m := range crsMarks {
		if before, after, found := strings.Cut(folded, m.mark); found && positional(before+after) {
			return before + after, m.crs
		}
	}
	return folded, ""
}

// positional tells whether a folded name is a latitude, a longitude or both.
func positional(folded string) bool {
	switch aliases()[folded].role {
	case roleLat, roleLon, rolePosition:
		return true
	}
	return false
}

// guessColumn says what a column is from its name alone.
func guessColumn(raw string) *column {
	c := &column{key: strings.TrimSpace(raw), raw: raw}
	if key, marked := strings.CutPrefix(c.key, attributePrefix); marked {
		c.key = key
		return c
	}
	folded, crs := splitCRS(foldName(raw))
	a, known := aliases()[folded]
	if !known {
		return guessNested(c)
	}
	c.role, c.rank, c.kind, c.crs = a.role, a.rank, a.kind, crs
	if crs != "" && crs != WGS84 {
		c.rank += shiftedRank
	}
	if a.key != "" {
		c.key = a.key
	}
	switch folded {
	case "lonlat", "lnglat", "经纬度", "經緯度", "坐标", "座標", "经纬度坐标", "location", "wkt", "geom", "thegeom":
		c.order = lonFirst
	}
	return c
}

const (
	// shiftedRank puts a position in another system behind one in WGS-84.
	shiftedRank = 100
	// nestedRank puts what is nested behind what is not.
	nestedRank = 1000
)

// guessNested says what a column is that was nested in an object, such as
// "location.lat" or "address_details.city", from the last part of its name. Only
// what means the same anywhere is known: a name may be that of anything.
func guessNested(c *column) *column {
	i := strings.LastIndexByte(c.key, '.')
	if i <= 0 || i == len(c.key)-1 {
		return c
	}
	inner := guessColumn(c.key[i+1:])
	switch inner.role {
	case roleLat, roleLon, rolePosition, roleAddress, rolePhone, roleHours:
	case roleAttribute:
		if !strings.HasPrefix(inner.key, "addr:") {
			return c
		}
	default:
		return c
	}
	inner.raw = c.raw
	inner.rank += nestedRank * strings.Count(c.key, ".")
	return inner
}

// mapColumn is the column that Options.Mapping gives a field; field is one of
// the roles' names or an attribute's key.
func mapColumn(field, raw string) *column {
	c := guessColumn(raw) // for what the name says of the coordinate system
	crs, order := c.crs, c.order
	*c = *guessColumn(field)
	c.raw, c.rank, c.crs, c.order = raw, -1, crs, order
	return c
}
