package datasets

// sampleHours lists about a hundred opening hours in OSM's grammar: the plain
// ones that are common, some over midnight, some with seasons, breaks, public
// holidays, the sun and comments.
func sampleHours() []string {
	texts := []string{
		"24/7", "24/7", "24/7", "24/7", "24/7", "24/7",
		"sunrise-sunset", "(sunrise-00:30)-(sunset+01:00)", "dawn-dusk",
		"Mo-Su,PH 08:00-20:00", "Mo-Fr 08:00-18:00; Sa,Su,PH 09:00-17:00",
		"Mo-Sa 07:30-21:00; Su 08:00-20:00; PH off", "Tu-Su 09:00-17:00; Mo off",
		"Tu-Su 09:00-17:00; Mo off; PH 09:00-17:00", "Mo-Fr 09:00-12:00,13:30-17:00; PH off",
		"Mo-Fr 08:30-12:00,14:30-17:30; Sa 09:00-12:00; PH off",
		"Apr-Oct 06:00-22:00; Nov-Mar 07:00-20:00", "May-Sep 05:30-23:00; Oct-Apr 06:30-21:00",
		"Mar 01-Nov 30: 06:00-21:30; Dec 01-Feb 28: 07:00-19:00", "Mo[1] off; Mo-Su 08:00-18:00",
		"Mo-Fr 07:00-19:00 \"钥匙在门卫处\"", "08:00-17:00 \"节假日可能提前关闭\"", "06:00+", "18:00+",
		"Mo-Th 10:00-22:00; Fr,Sa 10:00-02:00; Su 10:00-21:00", "Fr,Sa 18:00-04:00; Su-Th 18:00-01:00",
		"SH off; Mo-Fr 08:00-17:00", "Mo-Fr 06:00-22:00; Sa,Su,PH 24/7", "Jan 01 off; 08:00-20:00",
		"week 01-53/2 Mo 09:00-17:00; Tu-Fr 09:00-17:00", "Mo-Su 00:00-24:00; We 13:00-15:00 off",
		"06:00-22:00 || \"请致电询问\"",
	}
	for _, opens := range []string{"05:00", "05:30", "06:00", "06:30", "07:00", "08:00"} {
		for _, closes := range []string{"20:00", "21:00", "21:30", "22:00", "22:30", "23:00"} {
			texts = append(texts, opens+"-"+closes)
		}
	}
	for _, opens := range []string{"06:00", "07:00", "10:00", "16:00"} {
		for _, closes := range []string{"00:30", "01:00", "02:00", "24:00"} {
			texts = append(texts, opens+"-"+closes)
		}
	}
	for _, opens := range []string{"08:00", "08:30", "09:00"} {
		for _, closes := range []string{"17:00", "17:30", "18:00", "20:30"} {
			texts = append(texts, "Mo-Fr "+opens+"-"+closes, "Mo-Fr "+opens+"-"+closes+"; PH off")
		}
	}
	return texts
}
