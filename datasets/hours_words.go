package datasets

import (
	"strings"
	"sync"
)

// hoursLexicon holds, language by language, the words that opening hours are
// written with. Languages are tried one by one, as "di" is a Tuesday in Dutch
// and a Sunday in French. A word of "skip" says nothing.
const hoursLexicon = `
= en
Mo: monday mondays mon mo
Tu: tuesday tuesdays tue tues tu
We: wednesday wednesdays wed weds we
Th: thursday thursdays thu thur thurs th
Fr: friday fridays fri fr
Sa: saturday saturdays sat sa
Su: sunday sundays sun su
Mo-Fr: weekdays weekday
Sa-Su: weekends weekend
Mo-Su: daily everyday all-week
PH: holidays holiday ph
1: january jan
2: february feb
3: march mar
4: april apr
5: may
6: june jun
7: july jul
8: august aug
9: september sep sept
10: october oct
11: november nov
12: december dec
off: closed off
to: to till until thru through
and: and
am: am a.m
pm: pm p.m
noon: noon midday
midnight: midnight
sunrise: dawn sunrise
sunset: dusk sunset
skip: from open opening hours hrs o'clock the on at every
= nl
Mo: maandag ma
Tu: dinsdag di
We: woensdag wo
Th: donderdag do
Fr: vrijdag vr
Sa: zaterdag za
Su: zondag zo
Mo-Fr: werkdagen doordeweeks
Sa-Su: weekend weekenden
Mo-Su: dagelijks
1: januari
2: februari
3: maart
4: april
5: mei
6: juni
7: juli
8: augustus
9: september
10: oktober
11: november
12: december
off: gesloten
to: tot
and: en
sunrise: zonsopkomst zonsopgang
sunset: zonsondergang
skip: uur geopend open van op de alle volgende ochtend dag
= de
Mo: montag montags mo
Tu: dienstag dienstags di
We: mittwoch mittwochs mi
Th: donnerstag donnerstags do
Fr: freitag freitags fr
Sa: samstag samstags sonnabend sa
Su: sonntag sonntags so
Mo-Fr: werktags wochentags
Sa-Su: wochenende
Mo-Su: täglich
PH: feiertag feiertage feiertags feiertagen
1: januar jan
2: februar feb
3: märz mrz
4: april apr
5: mai
6: juni jun
7: juli jul
8: august aug
9: september sep
10: oktober okt
11: november nov
12: dezember dez
off: geschlossen
to: bis
and: und sowie
sunrise: sonnenaufgang
sunset: sonnenuntergang
skip: uhr von am an geöffnet
= fr
Mo: lundi lun lu
Tu: mardi mar ma
We: mercredi mer me
Th: jeudi jeu je
Fr: vendredi ven ve
Sa: samedi sam sa
Su: dimanche dim di
Mo-Su: tlj
1: janvier
2: février
3: mars
4: avril
5: mai
6: juin
7: juillet
8: août
9: septembre
10: octobre
11: novembre
12: décembre
off: fermé
to: à au
and: et
skip: du de le h les ouvert
= French letters, as post offices write them
Mo: l
Tu: ma
We: me
Th: j
Fr: v
Sa: s
Su: d
to: à
and: et
= pl
Mo: poniedziałek pon pn
Tu: wtorek wt
We: środa śr sr
Th: czwartek czw cz
Fr: piątek pt
Sa: sobota sob sb so
Su: niedziela niedz nd ndz
Mo-Su: codziennie
off: nieczynne zamknięte
to: do
and: i oraz
skip: od godz w
= es
Mo: lunes lun
Tu: martes mar
We: miércoles mié mie
Th: jueves jue
Fr: viernes vie
Sa: sábado sabado sáb sab
Su: domingo dom
Mo-Su: diario
off: cerrado
to: a hasta
and: y
skip: de h hrs
= zh
Mo: 星期一 周一 週一 礼拜一 禮拜一
Tu: 星期二 周二 週二 礼拜二 禮拜二
We: 星期三 周三 週三 礼拜三 禮拜三
Th: 星期四 周四 週四 礼拜四 禮拜四
Fr: 星期五 周五 週五 礼拜五 禮拜五
Sa: 星期六 周六 週六 礼拜六 禮拜六
Su: 星期日 星期天 周日 週日 周天 礼拜天 禮拜日
Mo-Fr: 工作日 平日
Sa-Su: 周末 週末
Mo-Su: 每天 每日 全周 全年
PH: 公众假期 公眾假期 法定节假日 节假日 假日
off: 休息 关闭 關閉 闭馆 閉館 休馆 休館 不开放 不開放
to: 至 到
and: 及 和 与
am: 上午 早上 早 清晨
pm: 下午 午后
night: 晚上 晚 夜间 夜 凌晨
noon: 中午 正午
sunrise: 日出
sunset: 日落
skip: 由 从 從 开放 開放 营业 營業 时间 時間
= ja
Mo: 月曜日 月曜
Tu: 火曜日 火曜
We: 水曜日 水曜
Th: 木曜日 木曜
Fr: 金曜日 金曜
Sa: 土曜日 土曜
Su: 日曜日 日曜
Mo-Fr: 平日
Sa-Su: 土日
Mo-Su: 毎日
PH: 祝日
off: 休み 休業 閉館 休館
to: から まで
and: と
am: 午前
pm: 午後
skip: 開放 営業
= ko
Mo: 월요일
Tu: 화요일
We: 수요일
Th: 목요일
Fr: 금요일
Sa: 토요일
Su: 일요일
Mo-Fr: 평일 주중
Sa-Su: 주말
Mo-Su: 매일
PH: 공휴일 공유일 공후일
off: 휴무 휴관 휴장 미개방 이용불가 폐쇄
am: 오전
pm: 오후
and: 및
to: 부터 까지
next: 익일 익
skip: 매주 운영 개방
`

// A lexicon maps the words of one language to what they mean.
type lexicon map[string]string

// lexicons reads the table above once, in its order.
var lexicons = sync.OnceValue(func() []lexicon {
	var all []lexicon
	for line := range strings.Lines(strings.TrimSpace(hoursLexicon)) {
		if strings.HasPrefix(line, "=") {
			all = append(all, lexicon{})
			continue
		}
		meaning, words, _ := strings.Cut(line, ": ")
		for _, word := range strings.Fields(words) {
			all[len(all)-1][strings.ReplaceAll(word, "-", " ")] = meaning
		}
	}
	return all
})

// alwaysOpen tells the ways to say "around the clock", folded by foldName.
func alwaysOpen(folded string) bool {
	switch folded {
	case "24", "247", "24h", "24h24", "2424", "24hr", "24hrs", "24hour", "24hours", "24hoursaday", "open24hours", "24hoursopen", "allhours", "alwaysopen", "always",
		"24小时", "24小時", "二十四小时", "二十四小時", "全天", "全天开放", "全天開放", "24小时开放", "24小時開放", "全日开放", "全日開放", "全天候", "全天24小时",
		"24시간", "24시", "24시간개방", "상시", "상시개방", "상시24시간", "24時間", "終日",
		"24uur", "24uurperdag", "24stunden", "rundumdieuhr", "durchgehendgeöffnet", "durchgehendgeoffnet", "24godz", "calodobowo", "całodobowo", "24horas":
		return true
	}
	return false
}
