package hours

import "strings"

// word is what a word of a text stands for.
type word struct {
	kind  kind
	value int
}

// longestHan is the length of the longest of hanWords in characters.
const longestHan = 5

const (
	everyDay    = 1<<7 - 1
	workingDays = 1<<5 - 1
	weekend     = 1<<5 | 1<<6
)

// words holds the Latin, Greek and Cyrillic words, in lower case. Only words that mean one thing in every language are
// here: "so" is Saturday in Prague and Sunday in Berlin, "do" Thursday or Sunday, "ma" Monday or Tuesday.
var words = merge(map[string]word{
	"open": {kindState, int(Open)}, "closed": {kindState, int(Closed)}, "off": {kindState, int(Closed)},
	"close": {kindState, int(Closed)}, "unknown": {kindState, int(Unknown)}, "geschlossen": {kindState, int(Closed)},
	"ruhetag": {kindState, int(Closed)}, "fermé": {kindState, int(Closed)}, "ferme": {kindState, int(Closed)},
	"fermée": {kindState, int(Closed)}, "cerrado": {kindState, int(Closed)}, "chiuso": {kindState, int(Closed)},
	"gesloten": {kindState, int(Closed)}, "fechado": {kindState, int(Closed)}, "zamknięte": {kindState, int(Closed)},
	"выходной": {kindState, int(Closed)}, "вихідний": {kindState, int(Closed)}, "zárva": {kindState, int(Closed)},

	"ph": {kindHoliday, 0}, "sh": {kindHoliday, 1}, "holiday": {kindHoliday, 0}, "holidays": {kindHoliday, 0},
	"feiertag": {kindHoliday, 0}, "feiertage": {kindHoliday, 0}, "feiertags": {kindHoliday, 0},
	"festivos": {kindHoliday, 0}, "festivi": {kindHoliday, 0}, "feriados": {kindHoliday, 0},

	"week": {kindWeek, 0}, "weeks": {kindWeek, 0}, "easter": {kindEaster, 0}, "day": {kindDay, 0}, "days": {kindDay, 0},
	"sunrise": {kindEvent, int(sunrise)}, "sunset": {kindEvent, int(sunset)},
	"dawn": {kindEvent, int(dawn)}, "dusk": {kindEvent, int(dusk)},

	"h": {kindHour, 0}, "hs": {kindHour, 0}, "hr": {kindHour, 1}, "hrs": {kindHour, 1}, "hour": {kindHour, 1},
	"hours": {kindHour, 1}, "uhr": {kindHour, 1}, "std": {kindHour, 1}, "stunden": {kindHour, 1}, "heures": {kindHour, 1},
	"horas": {kindHour, 1}, "ore": {kindHour, 1}, "uur": {kindHour, 1}, "hodin": {kindHour, 1},
	"am": {kindAM, 0}, "pm": {kindPM, 0},

	"to": {'-', 0}, "till": {'-', 0}, "til": {'-', 0}, "until": {'-', 0}, "thru": {'-', 0}, "through": {'-', 0},
	"bis": {'-', 0}, "à": {'-', 0}, "às": {'-', 0}, "au": {'-', 0}, "al": {'-', 0}, "tot": {'-', 0}, "до": {'-', 0},
	"a": {'-', 0}, "alle": {'-', 0}, "as": {'-', 0}, "até": {'-', 0}, "ate": {'-', 0},
	"and": {',', 0}, "und": {',', 0}, "et": {',', 0}, "e": {',', 0}, "y": {',', 0}, "en": {',', 0}, "и": {',', 0},
	"та": {',', 0}, "on": {kindFrom, 0},
	"from": {kindFrom, 0}, "von": {kindFrom, 0}, "du": {kindFrom, 0}, "de": {kindFrom, 0}, "dalle": {kindFrom, 0},
	"das": {kindFrom, 0}, "van": {kindFrom, 0}, "le": {kindFrom, 0}, "с": {kindFrom, 0}, "з": {kindFrom, 0},
	"late": {kindOpenEnd, 0}, "m": {kindLetter, 1 << 0}, "f": {kindLetter, 1 << 4},

	"daily": {kindWeekdays, everyDay}, "everyday": {kindWeekdays, everyDay}, "täglich": {kindWeekdays, everyDay},
	"ежедневно": {kindWeekdays, everyDay}, "щодня": {kindWeekdays, everyDay}, "codziennie": {kindWeekdays, everyDay},
	"weekdays": {kindWeekdays, workingDays}, "wd": {kindWeekdays, workingDays}, "werktags": {kindWeekdays, 1<<6 - 1},
	"weekend": {kindWeekdays, weekend}, "weekends": {kindWeekdays, weekend}, "we": {kindWeekdays, 1 << 2},
}, monthWords(), weekdayWords(
	"mo mon monday mondays montag montags lundi lunes lunedì lunedi lu lun maandag segunda seg poniedziałek pn pondělí "+
		"pondelok po pon ponedeljak ponedeljek ponedjeljak пн понедельник понеділок måndag mån mandag man hétfő maanantai даваа",
	"tu tue tues tuesday tuesdays dienstag dienstags mardi martes martedì martedi dinsdag terça ter wtorek wt úterý út "+
		"utorok utorak torek вт вторник вівторок tisdag tis tirsdag kedd tiistai мягмар",
	"wed weds wednesday wednesdays mi mittwoch mittwochs mercredi miércoles miercoles mié mie mercoledì mercoledi mer "+
		"woensdag wo quarta qua środa śr středa streda sreda srijeda ср среда середа onsdag ons szerda keskiviikko лхагва",
	"th thu thur thurs thursday thursdays donnerstag donnerstags jeudi jeu jueves jue giovedì giovedi gio donderdag "+
		"quinta qui czwartek cz czw čtvrtek čt štvrtok četrtek četvrtak чт четверг четвер torsdag tors csütörtök torstai пүрэв",
	"fr fri friday fridays freitag freitags vendredi ven ve viernes vie vi venerdì venerdi vrijdag vr sexta sex piątek pt "+
		"pátek pá piatok pet petek petak пт пятница п'ятниця fredag fre péntek perjantai баасан",
	"sa sat saturday saturdays samstag samstags sonnabend samedi sam sábado sabado sábados sáb sab sabato zaterdag za zat "+
		"sobota sob sb subota sub сб суббота субота lördag lör lørdag szombat lauantai бямба",
	"su sun sunday sundays sonntag sonntags dimanche dim domingo domingos dom domenica zondag zo zon niedziela ndz nd "+
		"neděle nedeľa ned nedelja nedjelja вс воскресенье нд неділя söndag sön søndag vasárnap sunnuntai ням",
))

// hanWords holds the Chinese and Japanese words.
var hanWords = merge(map[string]word{
	"至": {'-', 0}, "到": {'-', 0}, "和": {',', 0}, "及": {',', 0},
	"每天": {kindWeekdays, everyDay}, "每日": {kindWeekdays, everyDay}, "毎日": {kindWeekdays, everyDay},
	"工作日": {kindWeekdays, workingDays}, "平日": {kindWeekdays, workingDays}, "周末": {kindWeekdays, weekend},
	"全天": {kindAlways, 0}, "全天候": {kindAlways, 0}, "全日": {kindAlways, 0}, "全天开放": {kindAlways, 0},
	"节假日": {kindHoliday, 0}, "法定节假日": {kindHoliday, 0}, "公众假期": {kindHoliday, 0}, "公眾假期": {kindHoliday, 0},
	"祝日": {kindHoliday, 0}, "祝": {kindHoliday, 0},
	"休息": {kindState, int(Closed)}, "关闭": {kindState, int(Closed)}, "闭馆": {kindState, int(Closed)},
	"休": {kindState, int(Closed)}, "定休日": {kindState, int(Closed)}, "休館": {kindState, int(Closed)},
	"开放": {kindState, int(Open)}, "營業": {kindState, int(Open)}, "营业": {kindState, int(Open)},
	"小时": {kindHour, 1}, "小時": {kindHour, 1}, "時間": {kindHour, 1}, "时": {kindHour, 0}, "時": {kindHour, 0},
	"点": {kindHour, 0}, "點": {kindHour, 0}, "上午": {kindAM, 0}, "早上": {kindAM, 0}, "下午": {kindPM, 0}, "晚上": {kindPM, 0},
}, hanDays())

func merge(maps ...map[string]word) map[string]word {
	all := map[string]word{}
	for _, m := range maps {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

// weekdayWords takes the names of Monday, Tuesday … Sunday, separated by blanks.
func weekdayWords(names ...string) map[string]word {
	all := map[string]word{}
	for i, list := range names {
		for _, name := range strings.Fields(list) {
			all[name] = word{kindWeekdays, 1 << i}
		}
	}
	return all
}

func hanDays() map[string]word {
	all := map[string]word{}
	for i, digit := range strings.Fields("一 二 三 四 五 六 日") {
		for _, prefix := range strings.Fields("周 週 星期 礼拜 禮拜") {
			all[prefix+digit] = word{kindWeekdays, 1 << i}
			if digit == "日" {
				all[prefix+"天"] = word{kindWeekdays, 1 << i}
			}
		}
	}
	for i, digit := range strings.Fields("一 二 三 四 五 六") {
		all[digit] = word{kindWeekdays, 1 << i} // "周一至五"
	}
	for i, name := range strings.Fields("一 二 三 四 五 六 七 八 九 十 十一 十二") {
		all[name+"月"] = word{kindMonth, i + 1}
	}
	for i, name := range strings.Fields("月 火 水 木 金 土 日") {
		all[name+"曜日"] = word{kindWeekdays, 1 << i}
		all[name] = word{kindWeekdays, 1 << i}
		all[name+"曜"] = word{kindWeekdays, 1 << i}
	}
	return all
}

func monthWords() map[string]word {
	all := map[string]word{}
	for i, list := range []string{
		"jan january januar janvier enero gennaio", "feb february februar février febrero febbraio",
		"mar march märz maerz mars marzo", "apr april avril abril aprile", "may mai mayo maggio",
		"jun june juni juin junio giugno", "jul july juli juillet julio luglio", "aug august août agosto",
		"sep sept september septembre septiembre settembre", "oct okt october oktober octobre octubre ottobre",
		"nov november novembre noviembre", "dec dez december dezember décembre diciembre dicembre",
	} {
		for _, name := range strings.Fields(list) {
			all[name] = word{kindMonth, i + 1}
		}
	}
	return all
}
