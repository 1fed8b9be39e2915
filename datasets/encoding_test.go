package datasets

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// samples are short texts as tables have them, one per language.
const (
	sampleSimplified  = "名称,地址,经度,纬度\n八一广场公厕,江西省南昌市东湖区八一大道,1,2\n滕王阁卫生间,南昌市仿古街58号,1,2\n"
	sampleTraditional = "名稱,地址,經度,緯度\n信義公園公廁,臺北市信義區松仁路,1,2\n"
	sampleJapanese    = "施設名,住所,緯度,経度\n大井町駅前公衆便所,東京都品川区大井1丁目,1,2\n公園のトイレ,東品川,1,2\n"
	sampleKorean      = "시설명,주소,위도,경도\n중앙공원 화장실,경기도 고양시 일산동구 정발산로 27,1,2\n"
	sampleGerman      = "Name,Straße,Breite,Länge\nTürkenstraße Süd,Münchner Straße,1,2\n"
	sampleFrench      = "nom,adresse,lat,lon\nMédiathèque d’été,Allée des Châtaigniers,1,2\n"
	samplePolish      = "nazwa,ulica,lat,lon\nŁazienki Królewskie,Świętokrzyska,1,2\nŻółw,Gęsia,1,2\n"
	sampleRussian     = "название,адрес,широта,долгота\nТуалет у вокзала,улица Ленина,1,2\n"
	sampleGreek       = "όνομα,lat,lon\nΠλατεία Συντάγματος,1,2\n"
	sampleHebrew      = "שם,lat,lon\nתחנה מרכזית,1,2\n"
	sampleEnglish     = "name,cost,lat,lon\nSainsbury’s\u00a0Store,£0.20,1,2\nKing’s Head – rear\u00a0,£0.50,1,2\n"
)

func TestDetectEncoding(t *testing.T) {
	for _, test := range []struct {
		name string
		enc  encoding.Encoding
		text string
	}{
		{"GB18030", simplifiedchinese.GB18030, sampleSimplified},
		{"Big5", traditionalchinese.Big5, sampleTraditional},
		{"Shift_JIS", japanese.ShiftJIS, sampleJapanese},
		{"EUC-JP", japanese.EUCJP, sampleJapanese},
		{"EUC-KR", korean.EUCKR, sampleKorean},
		{"windows-1252", charmap.Windows1252, sampleGerman},
		{"windows-1252", charmap.Windows1252, sampleFrench},
		{"windows-1252", charmap.Windows1252, sampleEnglish},
		{"macintosh", charmap.Macintosh, sampleEnglish},
		{"macintosh", charmap.Macintosh, sampleFrench},
		{"windows-1250", charmap.Windows1250, samplePolish},
		{"windows-1251", charmap.Windows1251, sampleRussian},
		{"KOI8-R", charmap.KOI8R, sampleRussian},
		{"windows-1253", charmap.Windows1253, sampleGreek},
		{"windows-1255", charmap.Windows1255, sampleHebrew},
		{"UTF-16LE", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), sampleSimplified},
		{"UTF-16BE", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), sampleEnglish},
		{"UTF-8", encoding.Nop, sampleSimplified},
		{"UTF-8 BOM", encoding.Nop, "\ufeff" + sampleJapanese},
		{"UTF-8", encoding.Nop, "plain"},
	} {
		t.Run(test.name, func(t *testing.T) {
			stored, err := test.enc.NewEncoder().String(test.text)
			if err != nil {
				t.Fatal(err)
			}
			reader := newTextReader(strings.NewReader(stored))
			text, err := io.ReadAll(reader)
			if want := strings.TrimPrefix(test.text, "\ufeff"); err != nil || strings.TrimPrefix(string(text), "\ufeff") != want || reader.encoding != test.name {
				t.Errorf("found %s: %q, %v; want %q", reader.encoding, text, err, want)
			}
		})
	}
}

// TestLateForeignBytes finds the encoding although the first megabyte does not
// show it.
func TestLateForeignBytes(t *testing.T) {
	stored, err := simplifiedchinese.GB18030.NewEncoder().String(sampleSimplified)
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.Repeat("row of plain ASCII,1,2\n", 50_000)
	reader := newTextReader(strings.NewReader(plain + stored))
	text, err := io.ReadAll(reader)
	if err != nil || string(text) != plain+sampleSimplified || reader.encoding != "GB18030" {
		t.Errorf("found %s in %d bytes: %v", reader.encoding, len(text), err)
	}
}

func TestUndoubleUTF8(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"MÃ¼nchen", "München"},
		{"StraÃŸe â€“ SÃ¼d", "Straße – Süd"},
		{"München", "München"},
		{"Ärzte", "Ärzte"},
		{"Ã", "Ã"},
		{"20 Â°C", "20 °C"},
		{"é©", "é©"}, // no lead byte of a longer character: left alone
		{"ä¸\u00adå›½", "中国"},
		{"MÃ¼nchen 中国", "MÃ¼nchen 中国"}, // not doubled in whole
	} {
		if got, changed := undoubleUTF8(test.text); got != test.want || changed != (test.text != test.want) {
			t.Errorf("%q became %q, want %q", test.text, got, test.want)
		}
	}
}

// FuzzTextReader: whatever the bytes, reading ends without an error, and valid
// UTF-8 comes out as it went in.
func FuzzTextReader(f *testing.F) {
	f.Add([]byte("a\xb0\xa1b"))
	f.Add([]byte("\xff\xfea"))
	f.Add([]byte(sampleJapanese))
	f.Fuzz(func(t *testing.T, data []byte) {
		reader := newTextReader(strings.NewReader(string(data)))
		text, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		if reader.encoding == "UTF-8" && string(text) != string(data) {
			t.Errorf("%q came out as %q", data, text)
		}
	})
}
