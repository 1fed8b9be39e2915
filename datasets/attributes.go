package datasets

import (
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/width"
)

// A valueKind says how the values of a column are normalised.
type valueKind uint8

const (
	kindText valueKind = iota // as found
	kindFlag                  // yes, no; a number above 1 counts rooms or seats
	kindWheelchair
	kindFee
	kindCharge
	kindAccess
)

// valueKinds reads a kind's name in the table of columns.
func valueKinds(name string) valueKind {
	switch name {
	case "flag":
		return kindFlag
	case "wheelchair":
		return kindWheelchair
	case "fee":
		return kindFee
	case "charge":
		return kindCharge
	case "access":
		return kindAccess
	}
	return kindText
}

// normalised is a value after normalisation. An empty value states nothing. An
// extra is a second fact in the same text ("5 TRL" is fee=yes and the charge).
type normalised struct {
	value           string
	extraKey, extra string
	unknown         bool // the value is not one that OSM's key knows
}

// maxDistinct bounds what a column remembers of its values.
const maxDistinct = 4096

// normalise gives OSM's value for the file's, remembered per distinct text.
func (c *column) normalise(text string) normalised {
	if c.kind == kindText {
		return normalised{value: text}
	}
	if v, known := c.seen[text]; known {
		return v
	}
	v := c.kind.normalise(text, c.key, c.raw)
	if c.seen == nil {
		c.seen = map[string]normalised{}
	}
	if len(c.seen) < maxDistinct {
		c.seen[strings.Clone(text)] = v
	}
	return v
}

// normalise gives OSM's value for a text under an OSM key; raw is the name of
// the file's column, under which a count is kept.
func (k valueKind) normalise(text, key, raw string) normalised {
	word := foldWord(text)
	if isUnstated(word) {
		return normalised{}
	}
	switch k {
	case kindFee:
		return normaliseFee(text, word)
	case kindCharge:
		return normaliseCharge(text, word)
	}
	if v, known := words()[wordKey{k, word}]; known {
		return normalised{value: v}
	}
	if v, known := words()[wordKey{kindFlag, word}]; known {
		return normalised{value: v}
	}
	if k == kindWheelchair { // a list of what there is
		for part := range strings.SplitSeq(word, ",") {
			if v, known := words()[wordKey{k, strings.TrimSpace(part)}]; known && strings.Contains(word, ",") {
				return normalised{value: v, extraKey: raw, extra: text}
			}
		}
	}
	if k == kindAccess {
		if len(text) > 40 && strings.Count(text, " ") > 3 { // how to get in, not who may
			return normalised{extraKey: "access:note", extra: text}
		}
		return normalised{value: text, unknown: true}
	}
	if n, err := strconv.Atoi(word); err == nil && n > 1 && n < 1000 && raw != key {
		return normalised{value: "yes", extraKey: raw, extra: text}
	}
	return normalised{value: text, unknown: true}
}

// wordKey is a word in the sense of a kind.
type wordKey struct {
	kind valueKind
	word string
}

// valueWords are the words of the sample files' languages for OSM's values.
const valueWords = `
flag yes: yes, y, true, t, 1, x, ja, j, oui, o, si, sí, s, tak, da, sim, vrai, wahr, yes (only), yes - only, 是, 有, 有り, あり, はい, ○, ◯, ✓, ✔, √, 예, 네, 유, 있음, כן, да, evet, kyllä, igen, available, vorhanden
flag no: no, n, false, f, 0, n0, nein, nee, non, nie, ne, não, falso, faux, falsch, 否, 无, 無, 没有, なし, 無し, いいえ, ×, ✗, 아니오, 아니요, 무, 없음, לא, нет, hayır, ei, nem, none, not available, keine
flag limited: limited
wheelchair yes: wheelchair, full, fully, accessible, wheelchair accessible, barrierefrei, rollstuhlgerecht, toegankelijk, accessibile, accesible, 无障碍, 無障礙, 可, 可用, נגיש
wheelchair designated: designated, dedicated, exclusive, 专用, 專用
wheelchair limited: limited, partial, partly, partially, teilweise, bedingt, eingeschränkt, beperkt, partiel, parcial, parziale, częściowo, 部分, 有限
wheelchair no: not accessible, inaccessible, nicht barrierefrei, 不可, 不可用
access yes: public, öffentlich, openbaar, publiek, public access, publique, público, pubblico, publiczny, general, everyone, all, 公共, 公众, 公眾, 对外开放, 開放, 공중, 공용, 개방
access permissive: permissive, tolerated
access customers: customers, customer, customers only, customer only, patrons, kunden, nur kunden, gäste, klanten, clients, clientes, clienti, klienci, 顾客, 顧客, 仅限顾客, 고객
access permit: permit, members, staff with permit, by permit
access key: key, key required, schlüssel, eurokey, sleutel, clé, radar, radar key, 钥匙
access private: private, privat, privé, privado, privato, prywatny, staff, staff only, employees, 内部, 内部使用, 不对外开放, 비공개
`

// words reads the table above once.
var words = sync.OnceValue(func() map[wordKey]string {
	found := map[wordKey]string{}
	for line := range strings.Lines(strings.TrimSpace(valueWords)) {
		head, list, _ := strings.Cut(line, ": ")
		kind, value, _ := strings.Cut(head, " ")
		for word := range strings.SplitSeq(list, ",") {
			found[wordKey{valueKinds(kind), foldWord(word)}] = value
		}
	}
	return found
})

// foldWord is a value in lower case and half width without outer blanks.
func foldWord(text string) string {
	return strings.ToLower(width.Fold.String(strings.TrimSpace(text)))
}

// isUnstated tells values that say that nothing is known.
func isUnstated(word string) bool {
	switch word {
	case "", "unknown", "unverified", "n/a", "na", "?", "未知", "不详", "不詳", "unbekannt", "onbekend", "inconnu", "desconocido", "nieznane", "미상":
		return true
	}
	return false
}

// isBlank tells the ways in which files write an empty cell.
func isBlank(text string) bool {
	switch text {
	case "", "/", "-", "--", "—", `\N`, "NULL", "null", "Null", "N/A", "n/a", "#N/A", "NaN", "nan", "nil", "<Null>", "[]", "{}", "0000-00-00", "0000-00-00 00:00:00", "未有提供":
		return true
	}
	return false
}

// normaliseFee understands words, amounts, and amounts with a currency.
func normaliseFee(text, word string) normalised {
	if v, known := words()[wordKey{kindFlag, word}]; known && v != "limited" && word != "1" {
		return normalised{value: v}
	}
	switch strings.Trim(word, ".! ") {
	case "free", "free of charge", "no charge", "no fee", "kostenlos", "kostenfrei", "gratis", "umsonst", "gratuit", "gratuito",
		"bezpłatny", "bezpłatne", "besplatno", "免费", "免費", "無料", "무료", "חינם", "бесплатно", "ücretsiz", "£-", "€-", "$-":
		return normalised{value: "no"}
	case "paid", "charge", "fee", "kostenpflichtig", "payant", "pago", "płatny", "betaald", "收费", "收費", "有料", "유료",
		"there is a charge", "there is a charge for this service", "there is a charge for this facility":
		return normalised{value: "yes"}
	}
	amount, charge, ok := parseCharge(text)
	switch {
	case !ok:
		return normalised{value: text, unknown: true}
	case amount == 0:
		return normalised{value: "no"}
	}
	return normalised{value: "yes", extraKey: "charge", extra: charge}
}

// normaliseCharge keeps the charge and says whether there is a fee.
func normaliseCharge(text, word string) normalised {
	fee := normaliseFee(text, word)
	switch {
	case fee.unknown:
		return normalised{value: text}
	case fee.value == "no":
		return normalised{extraKey: "fee", extra: "no"}
	case fee.extra == "":
		return normalised{value: text, extraKey: "fee", extra: "yes"}
	}
	return normalised{value: fee.extra, extraKey: "fee", extra: "yes"}
}

// currencies are the signs and words that mean one currency and no other.
var currencies = [...]struct{ sign, code string }{
	{"£", "GBP"}, {"€", "EUR"}, {"₺", "TRY"}, {"₩", "KRW"}, {"원", "KRW"}, {"人民币", "CNY"}, {"元", "CNY"}, {"円", "JPY"},
	{"zł", "PLN"}, {"₪", "ILS"}, {"₫", "VND"}, {"hk$", "HKD"}, {"nt$", "TWD"}, {"euro", "EUR"}, {"cent", "EUR cent"}, {"р.", "RUB"}, {"kč", "CZK"},
}

// parseCharge reads an amount with or without a currency. The charge is written
// as OSM does ("0.50 GBP") where the text is just that, else kept as it is
// ("20p (Radar key access - free)").
func parseCharge(text string) (amount float64, charge string, ok bool) {
	charge = strings.TrimSpace(text)
	word := foldWord(text)
	start := strings.IndexAny(word, "0123456789")
	if start < 0 {
		return 0, "", false
	}
	end := start
	for end < len(word) && strings.IndexByte("0123456789.,", word[end]) >= 0 {
		end++
	}
	number := strings.TrimRight(word[start:end], ".,")
	amount, err := strconv.ParseFloat(strings.Replace(number, ",", ".", 1), 64)
	if err != nil {
		return 0, "", false
	}
	rest := strings.TrimSpace(word[:start] + word[end:])
	if rest == "p" { // British pence
		return amount, strconv.FormatFloat(amount/100, 'f', 2, 64) + " GBP", true
	}
	for _, c := range currencies {
		if rest == c.sign && c.code != "EUR cent" {
			return amount, strings.Replace(number, ",", ".", 1) + " " + c.code, true
		}
	}
	return amount, charge, true
}
