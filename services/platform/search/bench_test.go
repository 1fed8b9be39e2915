package search

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// collect runs the cleanups of what is no longer used.
func collect() { runtime.GC() }

// million adds n plausible names.
func million(b *Builder, n int) {
	places := []string{"南昌", "九江", "赣州", "上饶", "宜春", "吉安", "抚州", "萍乡", "新余", "鹰潭", "景德镇"}
	areas := []string{"八一", "滕王阁", "红谷滩", "青山湖", "秋水", "朝阳", "象山", "艾溪湖", "梅岭", "瑶湖", "人民", "中山", "解放", "胜利", "站前", "洪都"}
	kinds := []string{"公园公厕", "广场卫生间", "便利店", "自提点", "共享单车点", "社区服务中心", "加油站", "停车场", "Starbucks Coffee", "7-Eleven"}
	for i := range n {
		name := fmt.Sprintf("%s%s路%d号%s", places[i%11], areas[i/11%16], i%977, kinds[i%10])
		b.Add(fmt.Sprintf("01k%023d", i), uint32(i%10), name)
	}
}

func BenchmarkBuildMillion(b *testing.B) {
	path := filepath.Join(b.TempDir(), "names.idx")
	for b.Loop() {
		builder := NewBuilder("01DB", 1)
		million(builder, 1_000_000)
		if err := builder.WriteFile(path); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB/file")
}

func BenchmarkMillion(b *testing.B) {
	path := filepath.Join(b.TempDir(), "names.idx")
	builder := NewBuilder("01DB", 1)
	million(builder, 1_000_000)
	if err := builder.WriteFile(path); err != nil {
		b.Fatal(err)
	}
	ix, err := Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Open", func(b *testing.B) {
		for b.Loop() {
			if _, err := Open(path); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, query := range []string{"公厕", "八一公园", "南昌 公厕", "starbucks", "star", "滕王阁 starbucks", "976号便利店", "九江 瑶湖 345号", "厕", "s", "南昌八一路1号", "没有的"} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				ix.Search(query, 20, nil)
			}
		})
	}
	live := NewLive(ix)
	b.Run("Upsert", func(b *testing.B) {
		i := 0
		for b.Loop() {
			live.Upsert(fmt.Sprint("new", i%20_000), 5, fmt.Sprintf("南昌%d号公厕", i))
			i++
		}
	})
	b.Run("Apply100", func(b *testing.B) {
		i := 0
		changes := make([]Change, 100)
		for b.Loop() {
			for j := range changes {
				changes[j] = Change{ID: fmt.Sprint("new", i%20_000), Weight: 5, Texts: []string{fmt.Sprintf("南昌%d号公厕", i)}}
				i++
			}
			live.Apply(changes...)
		}
	})
	b.Run("Live", func(b *testing.B) {
		for b.Loop() {
			live.Search("南昌 公厕", 20, nil)
		}
	})
}
