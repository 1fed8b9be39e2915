package catalogue

import "strings"

// Language is the first of the languages that an Accept-Language header wants
// in which there are pages: "zh-Hans", else "en".
func Language(accept string) string {
	for part := range strings.SplitSeq(accept, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch tag, _, _ = strings.Cut(strings.ToLower(tag), "-"); tag {
		case "zh":
			return "zh-Hans"
		case "en":
			return "en"
		}
	}
	return "en"
}

// wordsOf are the words of the pages in a language.
func wordsOf(language string) map[string]string {
	if language == "zh-Hans" {
		return map[string]string{
			"datasets": "数据集", "id": "标识", "title": "名称", "facilities": "设施数", "updated": "更新", "licence": "许可", "publisher": "发布机构", "contact": "联系",
			"version": "版本", "download": "下载", "map": "分布", "rows": "前几行", "schema": "字段", "field": "字段", "filled": "填写", "example": "示例", "versions": "版本",
			"when": "时间", "changes": "变化", "note": "说明", "diff": "与上一版的差异", "quality": "数据质量", "usage": "如何使用", "feed": "Atom 订阅", "catalogue": "DCAT-AP 目录",
			"has_name": "有名称", "has_address": "有地址", "has_phone": "有电话", "has_hours": "有开放时间", "hours_understood": "开放时间可解析", "has_wheelchair": "注明无障碍", "verified": "核实过",
			"file": "整个数据集存为文件", "query": "按范围查询", "open_map": "在地图上查看", "none": "未注明", "qgis": "图层 → 添加图层 → 添加 WFS / OGC API - Features 图层 → 新建；版本选 OGC API - Features；网址：",
			"qgis_mixed": "本数据集既有点又有面或线：QGIS 图层只显示最先出现的一种；要全部显示，请打开下载的 flatgeobuf 文件或矢量瓦片。",
			"qgis_tiles": "矢量瓦片：图层 → 添加图层 → 添加矢量瓦片图层 → 新建通用连接，网址：",
			"home":       "附近", "empty": "还没有已发布的数据集。", "map_note": "点为设施位置的抽样。", "live_map": "打开地图", "ogc": "OGC 接口",
			"all": "全部 %d 处设施", "missing": "没有这个数据集，或尚未发布；已发布的有：", "field_name": "名称", "field_category": "类别", "field_address": "地址", "field_phone": "电话", "field_opening_hours": "开放时间", "field_verified_at": "核实日期",
		}
	}
	return map[string]string{
		"datasets": "Datasets", "id": "Id", "title": "Title", "facilities": "Facilities", "updated": "Updated", "licence": "Licence", "publisher": "Publisher", "contact": "Contact",
		"version": "Version", "download": "Download", "map": "Where they are", "rows": "First rows", "schema": "Fields", "field": "Field", "filled": "Given for", "example": "Example", "versions": "Versions",
		"when": "When", "changes": "Changes", "note": "Note", "diff": "What changed", "quality": "Quality", "usage": "How to use it", "feed": "Atom feed", "catalogue": "DCAT-AP catalogue",
		"has_name": "with a name", "has_address": "with an address", "has_phone": "with a telephone number", "has_hours": "with opening hours", "hours_understood": "whose hours are understood", "has_wheelchair": "say whether a wheelchair gets in", "verified": "were verified",
		"file": "The whole dataset as a file", "query": "A part of it", "open_map": "Show on the map", "none": "not stated", "qgis": "Layer → Add Layer → Add WFS / OGC API - Features Layer → New; version: OGC API - Features; address:",
		"qgis_mixed": "Some of these places are points, some areas or lines: QGIS shows of a layer the kind that comes first. To see all, open the flatgeobuf download or the vector tiles.",
		"qgis_tiles": "Vector tiles: Layer → Add Layer → Add Vector Tile Layer → New Generic Connection, with the address",
		"home":       "Fujin", "empty": "Nothing is published yet.", "map_note": "The dots are a sample of the facilities.", "live_map": "Open the map", "ogc": "OGC API",
		"all": "All %d facilities", "missing": "There is no such dataset, or it is not published yet; these are:", "field_name": "Name", "field_category": "Category", "field_address": "Address", "field_phone": "Telephone", "field_opening_hours": "Opening hours", "field_verified_at": "Verified on",
	}
}
