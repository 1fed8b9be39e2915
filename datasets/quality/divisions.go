package quality

// A next is what became of an abolished division.
type next struct {
	code, was string
	year      int
}

// successor is what became of a county of Jiangxi that was abolished since 2013;
// the divisions in force are those of geo/division.
func successor(code string) (next, bool) {
	switch code {
	case "360105":
		return next{"360112", "湾里区", 2019}, true // merged into 新建区
	case "360122":
		return next{"360112", "新建县", 2015}, true
	case "360421":
		return next{"360404", "九江县", 2017}, true
	case "360427":
		return next{"360483", "星子县", 2016}, true
	case "360622":
		return next{"360603", "余江县", 2018}, true
	case "360721":
		return next{"360704", "赣县", 2016}, true
	case "360727":
		return next{"360783", "龙南县", 2020}, true
	case "360782":
		return next{"360703", "南康市", 2013}, true
	case "361029":
		return next{"361003", "东乡县", 2016}, true
	case "361121":
		return next{"361104", "上饶县", 2019}, true
	case "361122":
		return next{"361103", "广丰县", 2015}, true
	}
	return next{}, false
}
