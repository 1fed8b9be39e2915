package ogc

// wordsOf are the words of pages and titles in a language.
func wordsOf(language string) map[string]string {
	if language == "zh-Hans" {
		return map[string]string{
			"landing_title": "附近 · OGC 接口", "landing_text": "公共设施的开放数据：每个数据集是一个要素集合，可筛选、可分页、可按坐标系输出，并提供矢量瓦片与目录。",
			"api": "接口定义", "conformance": "符合性声明", "collections": "数据集", "catalogue": "数据集目录",
			"catalogue_text": "每个已发布的数据集一条记录。", "matrix_sets": "瓦片矩阵集", "start": "首页", "items": "要素", "records": "记录",
			"queryables": "可筛选的属性", "sortables": "可排序的属性", "schema": "结构", "tiles": "矢量瓦片", "matched": "共 %d 条，本页 %d 条", "next": "下一页",
			"about": "关于此数据集", "as_json": "JSON", "id": "标识", "property": "属性", "value": "值", "type": "类型", "note": "说明", "example": "示例",
			"version": "版本", "updated": "更新时间", "licence": "许可", "count": "数量", "links": "链接", "extent": "范围", "language": "English",
		}
	}
	return map[string]string{
		"landing_title": "Fujin · OGC API", "landing_text": "Open data on public facilities: every dataset is a collection of features, with filters, paging, coordinate systems, vector tiles and a catalogue.",
		"api": "Definition of the API", "conformance": "Conformance", "collections": "Datasets", "catalogue": "Catalogue of datasets",
		"catalogue_text": "One record for each published dataset.", "matrix_sets": "Tile matrix sets", "start": "Start", "items": "Features", "records": "Records",
		"queryables": "Properties for filters", "sortables": "Properties for sorting", "schema": "Schema", "tiles": "Vector tiles", "matched": "%d in all, %d on this page", "next": "Next page",
		"about": "About the dataset", "as_json": "JSON", "id": "Id", "property": "Property", "value": "Value", "type": "Type", "note": "Meaning", "example": "Example",
		"version": "Version", "updated": "Updated", "licence": "Licence", "count": "Number", "links": "Links", "extent": "Extent", "language": "中文",
	}
}
