package datasets

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// codePage is the encoding that a .cpg names, as programs write it: "UTF-8",
// "1252", "ANSI 1252", "OEM 936", "CP949", "88591", "ISO-8859-1", "GBK". A nil
// encoding is UTF-8.
func codePage(said string) (encoding.Encoding, bool) {
	name := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(said, "\ufeff")))
	for _, prefix := range []string{"ansi", "oem", "cp", "windows", "ms", "x-", "ibm"} {
		name = strings.TrimLeft(strings.TrimPrefix(name, prefix), " -_")
	}
	if rest, is := strings.CutPrefix(name, "8859"); is && rest != "" { // Esri writes 88591
		name = "iso-8859-" + strings.TrimLeft(rest, "-_")
	}
	if name == "65001" || name == "utf8" || name == "utf-8" {
		return nil, true
	}
	if enc, known := numberedPages()[name]; known {
		return enc, true
	}
	enc, err := htmlindex.Get(name)
	return enc, err == nil
}

// numberedPages are the code pages by number.
func numberedPages() map[string]encoding.Encoding {
	return map[string]encoding.Encoding{
		"437": charmap.CodePage437, "850": charmap.CodePage850, "852": charmap.CodePage852, "855": charmap.CodePage855,
		"858": charmap.CodePage858, "860": charmap.CodePage860, "862": charmap.CodePage862, "863": charmap.CodePage863,
		"865": charmap.CodePage865, "866": charmap.CodePage866, "874": charmap.Windows874,
		"932": japanese.ShiftJIS, "936": simplifiedchinese.GB18030, "54936": simplifiedchinese.GB18030, "949": korean.EUCKR, "950": traditionalchinese.Big5,
		"1250": charmap.Windows1250, "1251": charmap.Windows1251, "1252": charmap.Windows1252, "1253": charmap.Windows1253,
		"1254": charmap.Windows1254, "1255": charmap.Windows1255, "1256": charmap.Windows1256, "1257": charmap.Windows1257, "1258": charmap.Windows1258,
		"10000":  charmap.Macintosh,
		"gb2312": simplifiedchinese.GB18030, "gbk": simplifiedchinese.GB18030, "gb18030": simplifiedchinese.GB18030,
	}
}

// languageDrivers are the code pages by the byte with which a table states its
// own ("xBase File Format Description"). 0x57 is whatever Windows uses where the
// file was written, so it says nothing.
const languageDrivers = `
01 437, 02 850, 03 1252, 04 10000, 08 865, 09 437, 0a 850, 0b 437, 0d 437, 0e 850, 0f 437, 10 850, 11 437, 12 850, 13 932, 14 850, 15 437, 16 850,
17 865, 18 437, 19 437, 1a 850, 1b 437, 1c 863, 1d 850, 1f 852, 22 852, 23 852, 24 860, 25 850, 26 866, 37 850, 40 852, 4d 936, 4e 949, 4f 950,
50 874, 58 1252, 59 1252, 64 852, 65 866, 66 865, 78 950, 79 949, 7a 936, 7b 932, 7c 874, 7d 1255, 7e 1256, 87 852, 86 737, 88 857,
96 10007, c8 1250, c9 1251, ca 1254, cb 1253, cc 1257`

// languageDriver is the encoding that the byte stands for.
func languageDriver(driver byte) (enc encoding.Encoding, name string, known bool) {
	const hex = "0123456789abcdef"
	code := string([]byte{hex[driver>>4], hex[driver&15]})
	for entry := range strings.SplitSeq(languageDrivers, ",") {
		if parts := strings.Fields(entry); parts[0] == code {
			enc, known = numberedPages()[parts[1]]
			return enc, parts[1], known
		}
	}
	return nil, "", false
}

// multiByte tells the encodings of Chinese, Japanese and Korean.
func multiByte(enc encoding.Encoding) bool {
	_, single := enc.(*charmap.Charmap)
	return enc != nil && !single
}

// encodingName is an encoding's usual name; one that has none is called as it
// was found.
func encodingName(enc encoding.Encoding, found string) string {
	if enc == nil {
		return "UTF-8"
	}
	for _, known := range encodings() {
		if known.enc == enc {
			return known.name
		}
	}
	return found
}
