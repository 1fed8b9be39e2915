package main

import (
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// known are names whose usual English form is not their pinyin.
var known = map[string]string{
	"150000": "Inner Mongolia", "610000": "Shaanxi", "540000": "Tibet", "710000": "Taiwan", "810000": "Hong Kong", "820000": "Macau",
	"450000": "Guangxi", "640000": "Ningxia", "650000": "Xinjiang",
	"150100": "Hohhot", "150200": "Baotou", "150500": "Tongliao", "150600": "Ordos", "150700": "Hulunbuir", "150800": "Bayannur", "150900": "Ulanqab",
	"152200": "Hinggan League", "152500": "Xilingol League", "152900": "Alxa League",
	"540100": "Lhasa", "540200": "Shigatse", "540300": "Qamdo", "540400": "Nyingchi", "540500": "Shannan", "540600": "Nagqu", "542500": "Ngari Prefecture",
	"650100": "Urumqi", "650200": "Karamay", "650400": "Turpan", "650500": "Hami", "653100": "Kashgar Prefecture", "653200": "Hotan Prefecture",
	"652900": "Aksu Prefecture", "654200": "Tacheng Prefecture", "654300": "Altay Prefecture", "230100": "Harbin", "230200": "Qiqihar",
	"231000": "Mudanjiang", "230800": "Jiamusi",
}

// readings are words that are not read as the dictionary reads their characters
// one by one.
var readings = map[string]string{
	"重庆": "chongqing", "厦门": "xiamen", "六安": "lu'an", "六合": "luhe", "六枝": "liuzhi", "蚌埠": "bengbu", "蚌山": "bengshan", "台州": "taizhou",
	"朝阳": "chaoyang", "乐清": "yueqing", "乐亭": "laoting", "铅山": "yanshan", "单县": "shan county", "洪洞": "hongtong", "尉犁": "yuli",
	"番禺": "panyu", "东阿": "dong'e", "涡阳": "guoyang", "浚县": "xun county", "荥阳": "xingyang", "荥经": "yingjing", "长子县": "zhangzi county",
	"宿州": "suzhou", "宿迁": "suqian", "宿松": "susong", "宿城": "sucheng", "宿豫": "suyu", "牟平": "muping", "中牟": "zhongmu", "大埔": "dabu", "黄埔": "huangpu",
	"莘县": "shen county", "犍为": "qianwei", "筠连": "junlian", "蔚县": "yu county", "泌阳": "biyang", "解放": "jiefang", "吴堡": "wubu", "泊头": "botou",
	"莎车": "shache", "什邡": "shifang", "石家庄": "shijiazhuang", "监利": "jianli", "丽水": "lishui", "任丘": "renqiu", "任泽": "renze", "夏邑": "xiayi",
	"都": "du", "枞阳": "zongyang",
	"长": "chang", "行唐": "xingtang", "繁峙": "fanshi", "隰县": "xi county", "覃塘": "qintang", "济": "ji", "曲": "qu", "会": "hui", "乐": "le", "尉氏": "weishi",
	"那曲": "nagqu", "万载": "wanzai", "柏": "bai", "红谷滩": "honggutan", "佛": "fo", "石": "shi", "大": "da", "车": "che", "阿": "a", "沈": "shen", "朝": "chao",
	"婼羌": "ruoqiang", "巴音郭楞": "bayin'guoleng", "哈密": "hami", "盛": "sheng", "洛": "luo", "南": "nan", "省": "sheng", "卡": "ka", "合": "he",
	"叶": "ye", "沁": "qin", "尔": "er", "勒": "le", "大城": "daicheng", "涪": "fu", "泷": "long", "藏": "zang", "西藏": "xizang", "亳": "bo",
}

// peoples are the nationalities in the names of autonomous divisions.
var peoples = map[string]string{
	"朝鲜族": "Korean", "土家族": "Tujia", "苗族": "Miao", "藏族": "Tibetan", "羌族": "Qiang", "彝族": "Yi", "布依族": "Bouyei", "侗族": "Dong", "哈尼族": "Hani",
	"壮族": "Zhuang", "傣族": "Dai", "白族": "Bai", "景颇族": "Jingpo", "傈僳族": "Lisu", "回族": "Hui", "蒙古族": "Mongol", "蒙古": "Mongol", "哈萨克": "Kazakh",
	"柯尔克孜": "Kyrgyz", "满族": "Manchu", "畲族": "She", "瑶族": "Yao", "仫佬族": "Mulao", "毛南族": "Maonan", "黎族": "Li", "各族": "Multi-ethnic",
	"水族": "Sui", "仡佬族": "Gelao", "纳西族": "Naxi", "拉祜族": "Lahu", "佤族": "Va", "布朗族": "Blang", "独龙族": "Derung", "怒族": "Nu", "普米族": "Pumi",
	"裕固族": "Yugur", "哈萨克族": "Kazakh", "保安族": "Bonan", "东乡族": "Dongxiang", "撒拉族": "Salar", "土族": "Tu", "锡伯": "Xibe", "塔吉克": "Tajik",
	"达斡尔族": "Daur", "鄂温克族": "Evenki", "鄂伦春": "Oroqen", "俄罗斯族": "Russian", "维吾尔": "Uyghur",
}

// kinds are the endings of Chinese names, the longest first.
var kinds = []struct{ suffix, english string }{
	{"自治州", "Autonomous Prefecture"}, {"自治县", "Autonomous County"}, {"自治旗", "Autonomous Banner"}, {"自治区", ""}, {"特别行政区", ""},
	{"地区", "Prefecture"}, {"林区", "Forestry District"}, {"矿区", "Mining District"}, {"新区", "New Area"}, {"省", ""}, {"市", ""}, {"盟", "League"}, {"旗", "Banner"}, {"县", "County"}, {"区", "District"},
}

// english makes "Donghu District" of 东湖区 and "Nanchang" of 南昌市.
func english(code, name string) string {
	if e, ok := known[code]; ok {
		return e
	}
	kind := ""
	for _, k := range kinds {
		if rest, ok := strings.CutSuffix(name, k.suffix); ok && rest != "" {
			name, kind = rest, k.english
			break
		}
	}
	var nations []string
	if strings.HasPrefix(kind, "Autonomous") {
		name, nations = withoutPeoples(name)
	}
	words := nations
	if name != "" {
		words = append([]string{capital(romanise(name))}, nations...)
	}
	if kind != "" {
		words = append(words, kind)
	}
	return strings.Join(words, " ")
}

// withoutPeoples takes the nationalities off the end of a name.
func withoutPeoples(name string) (rest string, nations []string) {
	for {
		longest := ""
		if p, ok := peoples[name]; ok { // 东乡族自治县 has no other name
			return "", append([]string{p}, nations...)
		}
		for p := range peoples {
			if strings.HasSuffix(name, p) && len(p) > len(longest) && len(p) < len(name) {
				longest = p
			}
		}
		if longest == "" {
			return name, nations
		}
		name = strings.TrimSuffix(name, longest)
		nations = append([]string{peoples[longest]}, nations...)
	}
}

// romanise writes pinyin without tones, with the apostrophe that tells syllables
// apart (Xi'an).
func romanise(name string) string {
	args := pinyin.NewArgs()
	var out strings.Builder
	for len(name) > 0 {
		word, reading := "", ""
		for w, r := range readings {
			if strings.HasPrefix(name, w) && len(w) > len(word) {
				word, reading = w, r
			}
		}
		if word == "" {
			word = string([]rune(name)[0])
			if p := pinyin.SinglePinyin([]rune(name)[0], args); len(p) > 0 {
				reading = strings.ReplaceAll(p[0], "ü", "u")
			}
		}
		if out.Len() > 0 && reading != "" && strings.ContainsRune("aoe", rune(reading[0])) {
			out.WriteByte('\'')
		}
		out.WriteString(reading)
		name = name[len(word):]
	}
	return out.String()
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
