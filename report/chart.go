package report

import "math"

// Chart is a chart of horizontal bars, one for each thing, stacked from the
// values of the series.
type Chart struct {
	Title  string
	Series []string
	Bars   []ChartBar
}

// ChartBar is one bar; Values has one value for each series, none negative.
type ChartBar struct {
	Label  string
	Values []float64
	// Text stands at the bar's end.
	Text string
	Tone Tone
}

// The measures of a chart in its own units; the page scales it.
const (
	chartWidth  = 760
	chartLabel  = 220 // room for labels
	chartText   = 110 // room for texts at the ends of bars
	chartRow    = 30
	chartBar    = 18
	chartLegend = 30
	labelRunes  = 28
)

// drawnChart is a chart with its geometry, for the template.
type drawnChart struct {
	Title         string
	Width, Height int
	Rows          []drawnBar
	Legend        []drawnLabel
}

type drawnBar struct {
	Label, Full, Text string
	Class             string
	TextX, Mid        float64
	Parts             []drawnPart
}

type drawnPart struct {
	X, Y, W, H float64
	Series     int
}

type drawnLabel struct {
	Text   string
	X, Y   float64
	Series int
}

func (c *Chart) draw() drawnChart {
	d := drawnChart{Title: c.Title, Width: chartWidth, Height: chartRow*len(c.Bars) + chartLegend}
	scale := 0.0
	for _, b := range c.Bars {
		scale = math.Max(scale, sum(b.Values))
	}
	room := float64(chartWidth - chartLabel - chartText)
	cut := Style{Unicode: true}
	for i, b := range c.Bars {
		top := float64(i*chartRow + (chartRow-chartBar)/2)
		row := drawnBar{
			Label: cut.truncate(plain(b.Label), labelRunes), Full: plain(b.Label), Text: plain(b.Text),
			Class: b.Tone.class(), Mid: top + chartBar/2 + 4,
		}
		x := float64(chartLabel)
		for s, v := range b.Values {
			if !(v > 0) || !(scale > 0) {
				continue
			}
			w := math.Round(v/scale*room*100) / 100
			row.Parts = append(row.Parts, drawnPart{X: x, Y: top, W: w, H: chartBar, Series: s + 1})
			x += w
		}
		row.TextX = math.Round((x+6)*100) / 100
		d.Rows = append(d.Rows, row)
	}
	x := float64(chartLabel)
	for s, name := range c.Series {
		d.Legend = append(d.Legend, drawnLabel{Text: plain(name), X: x, Y: float64(d.Height - 20), Series: s + 1})
		x += 30 + 7.5*float64(width(plain(name)))
	}
	return d
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		if v > 0 {
			total += v
		}
	}
	return total
}
