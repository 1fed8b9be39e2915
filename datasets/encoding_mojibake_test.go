package datasets

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// chinese, … are addresses and names as columns hold them.
const (
	chinese   = "南昌市东湖区八一大道公共厕所\n江西省赣州市章贡区文明大道\n九江市浔阳区甘棠湖公园\n上饶市信州区中心广场\n景德镇市珠山区瓷都大道"
	taiwan    = "臺北市大安區忠孝東路四段\n新北市板橋區中山路\n桃園市龜山區萬壽路一段\n大安分公司\n中山分公司\n民有門市"
	japanese_ = "東京都品川区南大井公園のトイレ\n東品川海上公園\nしながわ中央公園"
	korean_   = "경기도 고양시 일산동구 정발산로\n수원시청 공중화장실\n의정부시청 별관"
	russian   = "Москва, улица Тверская\nСанкт-Петербург, Невский проспект"
)

func TestFindMisreading(t *testing.T) {
	for _, test := range []struct {
		name         string
		text         string
		right, wrong encoding.Encoding // a nil right is UTF-8
	}{
		{"UTF-8 as GB18030", "南昌市八一广场\n东湖公厕\n江西省赣州市章贡区文明大道公共厕所\n甘棠湖公园公厕\n瓷都大道", nil, simplifiedchinese.GB18030},
		{"GB18030 as windows-1252", chinese, simplifiedchinese.GBK, charmap.Windows1252},
		{"Big5 as windows-1252", taiwan, traditionalchinese.Big5, charmap.Windows1252},
		{"Shift_JIS as GB18030", japanese_, japanese.ShiftJIS, simplifiedchinese.GB18030},
		{"EUC-KR as GB18030", korean_, korean.EUCKR, simplifiedchinese.GB18030},
		{"EUC-KR as windows-1252", korean_, korean.EUCKR, charmap.Windows1252},
		{"windows-1251 as windows-1252", russian, charmap.Windows1251, charmap.Windows1252},
	} {
		t.Run(test.name, func(t *testing.T) {
			var sample strings.Builder
			whole := map[string]string{} // what was misread without loss, and what it was
			for line := range strings.SplitSeq(test.text, "\n") {
				wrong := line
				if test.right != nil {
					wrong = mustEncode(t, test.right, line)
				}
				read, err := test.wrong.NewDecoder().String(wrong)
				if err != nil {
					t.Fatal(err)
				}
				sample.WriteString(read + "\n")
				if !strings.ContainsRune(read, '\uFFFD') {
					whole[read] = line
				}
			}
			m, ok := FindMisreading(sample.String())
			if !ok {
				t.Fatalf("not noticed: %s", sample.String())
			}
			for read, line := range whole {
				if got, ok := m.Undo(read); !ok || got != line {
					t.Errorf("%s as %s: %q becomes %q, want %q", m.Right, m.Wrong, read, got, line)
				}
			}
		})
	}
}

// TestUndoWindowsReading undoes what Windows made of UTF-8 by code page 936, which
// has characters where other decoders have none.
func TestUndoWindowsReading(t *testing.T) {
	const misread = "涓滄箹鍏\ue100帟\n瑗挎箹鍏\ue100帟\n鐟舵箹鍏\ue100帟\n鎶氭渤鍏\ue100帟\n绾㈣胺鍏\ue100帟\n娌挎睙鍏\ue100帟"
	m, ok := FindMisreading(misread)
	if !ok || m.Right != "UTF-8" || m.Wrong != "GB18030" {
		t.Fatalf("%+v, %t", m, ok)
	}
	if got, ok := m.Undo("涓滄箹鍏\ue100帟"); !ok || got != "东湖公厕" {
		t.Errorf("%q, %t", got, ok)
	}
	// Each of the characters is two bytes, which no other has.
	seen := map[string]bool{}
	for r := rune(0xE000); r <= 0xE765; r++ {
		raw := m.ownBytes(r, "")
		if len(raw) != 2 || raw[1] == 0x7F || raw[1] == 0xFF || seen[raw] {
			t.Fatalf("%U is % x", r, raw)
		}
		seen[raw] = true
	}
}

func mustEncode(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	raw, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestFindMisreadingLeavesWritingAlone(t *testing.T) {
	for _, text := range []string{chinese, taiwan, japanese_, korean_, russian,
		"Voir fiche équipement\n", "Castle Peak Road – Tsing Lung Tau", "en:Système U", "München\nKöln\nGörlitz\nStraße der Einheit",
		"鍋島藩屋敷跡\n轟町\n鷺ノ宮\n饗庭野", "Łódź\nKraków\nGdańsk\nŚwiętokrzyska", "Ελλάδα\nΘεσσαλονίκη", "½ price – “today” only…"} {
		if m, ok := FindMisreading(text); ok {
			after, _ := m.Undo(text)
			t.Errorf("%q is taken for %s read as %s: %q", text, m.Right, m.Wrong, after)
		}
	}
}
