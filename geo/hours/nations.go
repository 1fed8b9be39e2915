package hours

import (
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// nations holds the rules of the countries other than China that are the same all over the country. The map never
// changes; a country is worked out when it is first asked for.
var nations = map[string]func() []day{
	"AR": national(ar.Holidays),
	"AT": national(at.Holidays),
	"BE": national(be.Holidays),
	"BG": national(bg.Holidays),
	"BR": national(br.Holidays),
	"CA": national(ca.Holidays, cal.ObservancePublic),
	"CH": national([]*cal.Holiday{ // what the cantons have in common
		ch.Neujahr, ch.Karfreitag, ch.Ostermontag, ch.Auffahrt, ch.Pfingstmontag, ch.Bundesfeiertag, ch.Weihnachtstag,
	}),
	"CZ": national(cz.Holidays),
	"DE": national(de.Holidays),
	"DK": national(dk.Holidays),
	"ES": national(es.Holidays),
	"FR": national(fr.Holidays),
	"GB": national(gb.Holidays),
	"GR": national(gr.Holidays),
	"HR": national(hr.Holidays),
	"IE": national(ie.Holidays),
	"IT": national(it.Holidays),
	"JP": national(jp.Holidays),
	"LT": national(lt.Holidays),
	"LV": national(lv.Holidays),
	"NL": national(nl.Holidays),
	"NO": national(no.Holidays),
	"NZ": national(nz.Holidays, cal.ObservancePublic),
	"PL": national(pl.Holidays),
	"RO": national(ro.Holidays),
	"RU": national(ru.Holidays),
	"SE": national(se.Holidays, cal.ObservancePublic),
	"SI": national(si.Holidays),
	"SK": national(sk.Holidays),
	"UA": national(ua.Holidays),
	"US": national(us.Holidays),
	"ZA": national(za.Holidays, cal.ObservancePublic),
}
