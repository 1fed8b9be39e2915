package catalogue

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"fujin/datasets"
)

// node is a node of JSON-LD.
type node = map[string]any

// dcatContext maps the prefixes that the documents use. It is written out: a
// reader need not fetch anything.
func dcatContext() node {
	return node{
		"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
		"vcard": "http://www.w3.org/2006/vcard/ns#", "xsd": "http://www.w3.org/2001/XMLSchema#", "geo": "http://www.opengis.net/ont/geosparql#",
		"adms": "http://www.w3.org/ns/adms#", "dcatap": "http://data.europa.eu/r5r/",
	}
}

// The Publications Office's authority tables, which DCAT-AP asks for.
const authority = "http://publications.europa.eu/resource/authority/"

// dcatCatalogue is the catalogue as DCAT-AP 3.
func (s *Service) dcatCatalogue(ctx context.Context) (node, error) {
	records, err := s.Catalogue.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	profiles, err := s.Profiles.OfAll(ctx, records)
	if err != nil {
		return nil, err
	}
	list := []any{}
	var newest time.Time
	for i, r := range records {
		list = append(list, s.dcatDataset(known{r, cmp.Or(profiles[i], new(Profile))}))
		if r.UpdatedAt.After(newest) {
			newest = r.UpdatedAt
		}
	}
	c := node{
		"@context": dcatContext(), "@id": s.PublicURL + "/catalogue.jsonld", "@type": "dcat:Catalog",
		"dct:title":       texts(map[string]string{"zh-Hans": "附近：公共设施开放数据目录", "en": "Fujin: open data on public facilities"}),
		"dct:description": texts(map[string]string{"zh-Hans": "各机构发布的公共设施数据集。", "en": "Datasets of public facilities that agencies publish."}),
		"dct:publisher":   agent("Fujin 附近", s.PublicURL), "foaf:homepage": ref(s.PublicURL + "/datasets"),
		"dct:language": []any{ref(authority + "language/ZHO"), ref(authority + "language/ENG")},
		"dcat:dataset": list, "dcat:service": s.dcatService(),
	}
	if !newest.IsZero() {
		c["dct:modified"] = dateTime(newest)
	}
	return c, nil
}

func ref(id string) node { return node{"@id": id} }

// texts are literals with their languages.
func texts(m map[string]string) []any {
	list := []any{}
	for _, tag := range slices.Sorted(maps.Keys(m)) {
		list = append(list, node{"@language": tag, "@value": m[tag]})
	}
	return list
}

func typed(value, datatype string) node { return node{"@value": value, "@type": datatype} }

func dateTime(t time.Time) node { return typed(t.UTC().Format(time.RFC3339), "xsd:dateTime") }

func agent(name, id string) node {
	a := node{"@type": "foaf:Agent", "foaf:name": name}
	if id != "" {
		a["@id"] = id
	}
	return a
}

// dcatService is the OGC API as a data service.
func (s *Service) dcatService() node {
	return node{
		"@id": s.PublicURL + "/ogc", "@type": "dcat:DataService", "dct:title": texts(map[string]string{"en": "OGC API", "zh-Hans": "OGC 接口"}),
		"dcat:endpointURL": ref(s.PublicURL + "/ogc"), "dcat:endpointDescription": ref(s.PublicURL + "/ogc/api"),
		"dct:conformsTo": ref("http://www.opengis.net/doc/IS/ogcapi-features-1/1.0"),
	}
}

// dcatDataset describes a dataset with a distribution for each format.
func (s *Service) dcatDataset(k known) node {
	d := node{
		"@id": s.page(k.ID), "@type": "dcat:Dataset", "dct:identifier": k.ID, "dcat:version": strconv.FormatInt(k.Version, 10),
		"dct:title": texts(k.titles()), "dct:description": texts(k.descriptions()), "dct:publisher": s.publisher(k.Record),
		"dct:issued": dateTime(k.CreatedAt), "dct:modified": dateTime(k.UpdatedAt), "dcat:landingPage": node{"@id": s.page(k.ID), "@type": "foaf:Document"},
		"dcat:theme": ref(authority + "data-theme/GOVE"), "dct:accessRights": node{"@id": authority + "access-right/PUBLIC", "@type": "dct:RightsStatement"},
		"dct:type": ref(authority + "dataset-type/GEOSPATIAL"),
	}
	keywords := []any{}
	for _, language := range [...]string{"en", "zh-Hans"} {
		for _, name := range k.kinds(language) {
			keywords = append(keywords, node{"@language": language, "@value": name})
		}
	}
	d["dcat:keyword"] = keywords
	if c := contactPoint(k.Contact); c != nil {
		d["dcat:contactPoint"] = c
	}
	if b, ok := k.bbox(); ok {
		wkt := fmt.Sprintf("POLYGON((%[1]v %[2]v,%[3]v %[2]v,%[3]v %[4]v,%[1]v %[4]v,%[1]v %[2]v))", b[0], b[1], b[2], b[3])
		d["dct:spatial"] = node{"@type": "dct:Location", "dcat:bbox": typed(wkt, "geo:wktLiteral")}
	}
	if !k.First.IsZero() {
		d["dct:temporal"] = node{"@type": "dct:PeriodOfTime", "dcat:startDate": dateTime(k.First), "dcat:endDate": dateTime(k.Last)}
	}
	d["dcat:distribution"] = s.distributions(k)
	return d
}

// titles are the titles, the id where there are none.
func (r Record) titles() map[string]string {
	if len(r.Title) == 0 {
		return map[string]string{"en": r.ID}
	}
	return r.Title
}

// descriptions are the descriptions; DCAT-AP wants one, so there is a plain
// one where the agency wrote none.
func (k known) descriptions() map[string]string {
	if len(k.Description) > 0 {
		return k.Description
	}
	return map[string]string{
		"en":      fmt.Sprintf("%d facilities (%s).", k.Record.Facilities, strings.Join(k.kinds("en"), ", ")),
		"zh-Hans": fmt.Sprintf("%d 处设施（%s）。", k.Record.Facilities, strings.Join(k.kinds("zh-Hans"), "、")),
	}
}

// kinds are the names of the categories in a language, the most frequent
// first; the id of a dataset that has none.
func (k known) kinds(language string) []string {
	categories := slices.Sorted(maps.Keys(k.Categories))
	slices.SortStableFunc(categories, func(a, b string) int { return cmp.Compare(k.Categories[b], k.Categories[a]) })
	names := make([]string, 0, len(categories))
	for _, c := range categories {
		if name := datasets.CategoryName(c, language); !slices.Contains(names, name) { // some are synonyms
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		names = append(names, k.ID)
	}
	return names
}

func (s *Service) publisher(r Record) node {
	name := cmp.Or(r.Contact.Name, r.Org)
	if name == "" {
		return agent("Fujin 附近", s.PublicURL)
	}
	return agent(name, "")
}

func contactPoint(c Contact) node {
	if c == (Contact{}) {
		return nil
	}
	card := node{"@type": "vcard:Kind", "vcard:fn": cmp.Or(c.Name, c.Email, c.URL)}
	if c.Email != "" {
		card["vcard:hasEmail"] = ref("mailto:" + c.Email)
	}
	if c.URL != "" {
		card["vcard:hasURL"] = ref(c.URL)
	}
	return card
}

// distributions are the dataset in each written format, and in the OGC API.
func (s *Service) distributions(k known) []any {
	list := []any{}
	add := func(d node) {
		d["@type"] = "dcat:Distribution"
		if at := LicenceURL(k.Licence); at != "" {
			d["dct:license"] = node{"@id": at, "@type": "dct:LicenseDocument"}
		}
		list = append(list, d)
	}
	for _, f := range datasets.WriteFormats() {
		media, _, _ := strings.Cut(f.MediaType, ";")
		d := node{"@id": s.download(k.Record, f.Name), "dct:title": f.Name, "dcat:accessURL": ref(s.page(k.ID)), "dcat:downloadURL": ref(s.download(k.Record, f.Name)),
			"dcat:mediaType": ref("https://www.iana.org/assignments/media-types/" + media)}
		if name := fileType(f.Name); name != "" {
			d["dct:format"] = ref(authority + "file-type/" + name)
		}
		add(d)
	}
	add(node{"@id": s.PublicURL + "/ogc/collections/" + k.ID, "dct:title": "OGC API - Features", "dcat:accessURL": ref(s.PublicURL + "/ogc/collections/" + k.ID),
		"dcat:accessService": ref(s.PublicURL + "/ogc"), "dct:format": ref(authority + "file-type/GEOJSON"),
		"dcat:mediaType": ref("https://www.iana.org/assignments/media-types/application/geo+json")})
	return list
}

// fileType is a format's name in the Publications Office's table, "" if it has
// none.
func fileType(format string) string {
	switch format {
	case "geojson":
		return "GEOJSON"
	case "csv":
		return "CSV"
	case "geoparquet":
		return "PARQUET"
	}
	return ""
}

// download is the address of a version in a format.
func (s *Service) download(r Record, format string) string {
	return fmt.Sprintf("%s/versions/%d/download?format=%s", s.data(r.ID), r.Version, format)
}
