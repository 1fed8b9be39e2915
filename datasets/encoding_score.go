package datasets

import (
	"bytes"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// encodings are the candidates beside UTF-8. Of two that read a text equally
// well the earlier is taken.
func encodings() []struct {
	name string
	enc  encoding.Encoding
} {
	return []struct {
		name string
		enc  encoding.Encoding
	}{
		{"GB18030", simplifiedchinese.GB18030},
		{"Big5", traditionalchinese.Big5},
		{"Shift_JIS", japanese.ShiftJIS},
		{"EUC-JP", japanese.EUCJP},
		{"EUC-KR", korean.EUCKR},
		{"windows-1252", charmap.Windows1252},
		{"windows-1250", charmap.Windows1250},
		{"windows-1251", charmap.Windows1251},
		{"windows-1253", charmap.Windows1253},
		{"windows-1254", charmap.Windows1254},
		{"windows-1255", charmap.Windows1255},
		{"windows-1256", charmap.Windows1256},
		{"KOI8-R", charmap.KOI8R},
		{"macintosh", charmap.Macintosh},
		{"IBM852", charmap.CodePage852},
		{"IBM850", charmap.CodePage850},
	}
}

// detectEncoding finds the encoding of a sample. Nearly every byte string
// decodes without an error in several of them, so what counts is whether the
// outcome looks like writing: frequent Chinese characters, kana, frequent
// Korean syllables, accented letters inside words of the right case. A nil
// encoding is UTF-8.
func detectEncoding(sample []byte) (string, encoding.Encoding) {
	if validUTF8(sample) {
		return "UTF-8", nil
	}
	foreign := 0
	for _, b := range sample {
		if b >= 0x80 {
			foreign++
		}
	}
	bestName, bestScore := "UTF-8", utf8Score(sample, foreign)
	var best encoding.Encoding
	cut := sample[:lastLine(sample)]
	for _, candidate := range encodings() {
		text, err := candidate.enc.NewDecoder().Bytes(cut)
		if err != nil {
			continue
		}
		if score := plausibility(text) / float64(foreign); score > bestScore+1e-9 {
			bestName, best, bestScore = candidate.name, candidate.enc, score
		}
	}
	return bestName, best
}

// lastLine is where the last whole line of a sample ends, so that no character
// is cut in two.
func lastLine(sample []byte) int {
	if i := bytes.LastIndexAny(sample, "\r\n"); i > len(sample)/2 {
		return i
	}
	return len(sample)
}

// validUTF8 allows for a character cut off by the end of the sample.
func validUTF8(sample []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(sample); cut++ {
		if utf8.Valid(sample[:len(sample)-cut]) {
			return true
		}
	}
	return false
}

// utf8Score is high for a text that is UTF-8 but for a few damaged bytes.
func utf8Score(sample []byte, foreign int) float64 {
	bad := 0
	for rest := sample; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			bad++
		}
		rest = rest[size:]
	}
	return 1.5 - 20*float64(bad)/float64(foreign)
}

// frequent characters of the languages whose encodings are hard to tell apart.
const (
	frequentHan = `的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严店镇街村乡厕卫湾港酒餐馆站银超号楼室栋层巷弄座园湖河桥路校医药幼宾超市厦
的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所民得經之進著等部度家電力裡如水化高自理起小物現實加量都兩體制機當使點從業本去把性好應開它合還因由其些然前外天政那社義事平形相全表間樣與關各重新線內數正心反你明看原又麼利比或但質氣第向道命此變條只沒結解問意建月公無系軍很情者最立代想已通並提直題黨程展果料象員革位入常文總次品式活設及管特件長求老頭基資邊流路級少圖山統接知較將組見計別她手角期根論運農指區強放決西被做必戰先回則任取據處隊南給色光門即保治北造規熱領海口東導器壓志世金增爭濟階油思術極交受聯認共權收證改清己美再採轉更單風切打白教速花帶安場身車例真務具萬每目至達走積示議聲報鬥完類離華名確才科張信馬節話整空元況今集溫傳土許步群廣石記需段研界拉林律叫且究觀越織裝影算低持音眾書布復容兒須際商非驗連斷深難近礦千周委素技備半辦青省列習響約支般史感勞便團往歷市克何除消構府稱太準精值號率族維劃選標寫存候毛親快效院查江型眼王按格養易置派層片始卻專狀育廠京識適屬圓包火住調滿縣局照參紅細引聽該鐵價嚴店鎮街村鄉廁衛灣港酒餐館站銀樓室棟巷弄園湖河橋校醫藥廈`
	frequentHangul = `이다는의에을가고한를로지도하사은기인자시리아대서나일정보수어부구동장원공상과전주있제성경해용안화관소신조선여만라으연실스그산간경비생모단설중개문교진유우회운천세무재평내체통북남층역민행군면읍길호청터방센파건가양트차마오월입내식업치거학병당포금송번발점빌딩프쇼핑물저급명량토후김박최현태광송목`
)

// classes says how much a character speaks for a right decoding.
var classes = sync.OnceValue(func() map[rune]float64 {
	found := make(map[rune]float64, 1500)
	for _, r := range frequentHan {
		found[r] = 3
	}
	for _, r := range frequentHangul {
		found[r] = 3
	}
	for _, r := range "’‘“”–—…£€°©®²³½·、。「」『』（），：；！？《》【】・ー　～￥№" {
		found[r] = 1
	}
	found['\u00a0'] = 0.5
	return found
})

// plausibility adds up what the characters beyond ASCII say.
func plausibility(text []byte) float64 {
	known := classes()
	var sum float64
	previous := ' '
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if r >= 0x80 {
			next, _ := utf8.DecodeRune(text)
			sum += score(previous, r, next, known[r])
		}
		previous = r
	}
	return sum
}

// score is one character's share, seen between its neighbours. Characters of
// two bytes count up to 3, of one byte up to 1.
func score(previous, r, next rune, class float64) float64 {
	switch {
	case r == utf8.RuneError:
		return -20
	case r < 0xA0, r >= 0xE000 && r < 0xF900: // controls, private use
		return -10
	case class > 0 && !(class == 1 && r < 0x2000 && unicode.IsLetter(previous) && unicode.IsLetter(next)):
		return class
	case r >= 0x3040 && r < 0x3100: // kana
		return 2.5
	case r >= 0x4E00 && r < 0xA000:
		return 0.2
	case r >= 0xAC00 && r < 0xD7A4:
		return 0.5
	case r >= 0xFF61 && r < 0xFFA0: // half-width kana
		return -0.5
	case r >= 0xFF00, r >= 0x3000 && r < 0x3100:
		return 1
	case r >= 0x2E80:
		return -3
	case unicode.IsLetter(r):
		return letterScore(previous, r, next)
	case unicode.IsMark(r):
		return 0.3
	case unicode.IsLetter(previous) && unicode.IsLetter(next): // a sign inside a word
		return -2
	}
	return -0.3
}

// letterScore judges a letter of an alphabet by the letters beside it: words
// keep to one script, and do not change from small letters to capitals.
func letterScore(previous, r, next rune) float64 {
	script := scriptOf(r)
	sum := 1.0
	for _, beside := range [...]rune{previous, next} {
		if unicode.IsLetter(beside) && scriptOf(beside) != script {
			sum -= 2
		}
		if script == 0 && beside >= 0x80 && unicode.IsLetter(beside) { // accents stand alone
			sum -= 0.4
		}
	}
	if unicode.IsUpper(r) && unicode.IsLower(previous) || unicode.IsLower(r) && unicode.IsUpper(next) {
		sum -= 3
	}
	switch {
	case strings.ContainsRune("оеаинтсрвлОЕАИНТСРВЛיוהלאתמרבש", r):
		sum += 0.2
	case strings.ContainsRune("ъэщцфхжшЪЭЩЦФХЖШ", r):
		sum -= 0.4
	}
	if script == 0 && !strings.ContainsRune(commonAccents, r) {
		sum -= 0.6
	}
	return sum
}

// commonAccents are the letters with accents of the languages that are likely.
const commonAccents = `äöüßÄÖÜéèêëàâçîïôûùÉÈÀÇñáíóúÑÁÍÓÚãõåæøÅÆØąćęłńśźżĄĆĘŁŃŚŹŻěščřžýůďťňŠČŘŽĚőűğışİŞĞđĐ`

// scriptOf tells alphabets apart.
func scriptOf(r rune) int {
	switch {
	case r < 0x370:
		return 0
	case r < 0x400:
		return 1
	case r < 0x530:
		return 2
	case r < 0x600:
		return 3
	case r < 0x700:
		return 4
	}
	return 5
}
