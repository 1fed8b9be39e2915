package division

import "testing"

// TestFormer holds the table to what it promises: codes that are not in force,
// with successors that are, of the same province.
func TestFormer(t *testing.T) {
	successors := 0
	for code, f := range readFormer() {
		if d, inForce := Lookup(code); inForce || len(code) != 6 || f.Name == "" || f.Year < 2003 || f.Year > 2023 {
			t.Errorf("%s: %+v is in force as %q", code, f, d.Name)
		}
		if f.Successor == "" {
			continue
		}
		successors++
		d, inForce := Lookup(f.Successor)
		if !inForce || f.Successor[:2] != code[:2] || d.Level != level(code) {
			t.Errorf("%s %s became %s %s", code, f.Name, f.Successor, d.Name)
		}
	}
	if n := len(readFormer()); n != 543 || successors != 458 {
		t.Errorf("%d abolished divisions, %d with a successor", n, successors)
	}
}

// TestFormerOfNote compares with what the state council announced.
func TestFormerOfNote(t *testing.T) {
	for code, want := range map[string]string{
		"360105": "新建区", "360122": "新建区", "360421": "柴桑区", "360427": "庐山市", "360622": "余江区", "360721": "赣县区", "360727": "龙南市",
		"360782": "南康区", "361029": "东乡区", "361121": "广信区", "361122": "广丰区", // Jiangxi since 2013
		"110103": "东城区", "310119": "浦东新区", "542232": "错那市", "532700": "普洱市", "542400": "那曲市", "130421": "",
	} {
		f, known := LookupFormer(code)
		d, _ := Lookup(f.Successor)
		if !known || d.Name != want {
			t.Errorf("%s %s became %q, not %q", code, f.Name, d.Name, want)
		}
	}
	if f, known := LookupFormer("360102"); known {
		t.Errorf("东湖区 is %+v", f)
	}
}
