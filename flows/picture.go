package flows

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"

	"madoguchi/i18n"
)

// The layout is the usual one in layers: a depth-first walk finds the arrows
// that lead back; the rest puts every box one layer below the lowest box that
// leads to it; arrows over several layers get a bend in each; a few sweeps put
// boxes of a layer in the order of what they hang on; x follows the neighbours.
// Arrows that lead back run outside, on the right. All lengths are pixels.
const (
	boxWidth   = 252.0
	bendWidth  = 20.0
	gapAcross  = 36.0
	gapDown    = 44.0 // without labels
	labelDown  = 17.0 // more for each row of labels
	margin     = 28.0
	titleDown  = 40.0
	laneWidth  = 22.0
	textSize   = 13.0
	textDown   = 19.0 // one line of text
	headDown   = 26.0 // the line with name and verb
	textLines  = 3
	innerLeft  = 14.0
	innerRight = 10.0
)

// paint is the colours of a verb. Fill against text is above 12:1, line against
// white above 3:1.
type paint struct{ fill, line string }

var paints = map[Verb]paint{
	Say:     {"#f4f4f4", "#6b6b6b"},
	Ask:     {"#e8f1fb", "#1f5fa8"},
	Form:    {"#e8f1fb", "#1f5fa8"},
	Check:   {"#e6f5f3", "#0f766e"},
	Decide:  {"#fff6dc", "#9a6a00"},
	Do:      {"#f0ebfa", "#5b3fa0"},
	Call:    {"#ffffff", "#5b3fa0"},
	Handoff: {"#fdebe3", "#b0461a"},
	End:     {"#e7f4e4", "#2f7a1f"},
}

// spot is a box or a bend in the layout.
type spot struct {
	box           int // -1 for a bend
	layer         int
	x, y          float64 // the middle of the top
	width, height float64
	up, down      []int // neighbours in the layers above and below
	lines         []string
}

// route is an arrow in the layout: the spots it passes, both ends included.
type route struct {
	arrow
	spots []int
	back  bool
}

type picture struct {
	boxes  []box
	spots  []*spot
	layers [][]int
	routes []route
	width  float64
	height float64
}

// SVG returns the flow as a standalone picture with its texts in lang. The same
// flow gives the same bytes.
func (f *Flow) SVG(lang i18n.Lang) string {
	boxes, arrows := f.graph(lang)
	p := &picture{boxes: boxes}
	p.rank(arrows)
	p.bend()
	p.order()
	p.place()
	title := f.Name
	if f.Title != nil {
		title = shown(f.Title, lang)
	}
	return p.draw(title, f.Name)
}

// rank finds the arrows that lead back and gives each box its layer.
func (p *picture) rank(arrows []arrow) {
	n := len(p.boxes)
	out := make([][]int, n) // numbers of arrows
	for i, a := range arrows {
		out[a.from] = append(out[a.from], i)
		p.routes = append(p.routes, route{arrow: a})
	}
	const (
		fresh = iota
		open
		done
	)
	state := make([]int, n)
	var late []int // boxes, each after all that follow it
	var walk func(i int)
	walk = func(i int) {
		state[i] = open
		for _, r := range out[i] {
			switch to := p.routes[r].to; state[to] {
			case open:
				p.routes[r].back = true
			case fresh:
				walk(to)
			}
		}
		state[i] = done
		late = append(late, i)
	}
	for i := range n {
		if state[i] == fresh {
			walk(i)
		}
	}
	p.spots = make([]*spot, n)
	for i, b := range p.boxes {
		lines := wrap(b.text, boxWidth-innerLeft-innerRight, textLines)
		p.spots[i] = &spot{box: i, width: boxWidth, height: headDown + textDown*float64(len(lines)) + 10, lines: lines}
	}
	for k := len(late) - 1; k >= 0; k-- {
		i := late[k]
		for _, r := range out[i] {
			if to := p.spots[p.routes[r].to]; !p.routes[r].back {
				to.layer = max(to.layer, p.spots[i].layer+1)
			}
		}
	}
}

// bend puts a bend into every layer an arrow passes.
func (p *picture) bend() {
	for i := range p.routes {
		r := &p.routes[i]
		if r.back {
			continue
		}
		r.spots = []int{r.from}
		for layer := p.spots[r.from].layer + 1; layer < p.spots[r.to].layer; layer++ {
			p.spots = append(p.spots, &spot{box: -1, layer: layer, width: bendWidth})
			r.spots = append(r.spots, len(p.spots)-1)
		}
		r.spots = append(r.spots, r.to)
		for k := 1; k < len(r.spots); k++ {
			a, b := r.spots[k-1], r.spots[k]
			p.spots[a].down = append(p.spots[a].down, b)
			p.spots[b].up = append(p.spots[b].up, a)
		}
	}
	for i, s := range p.spots {
		for len(p.layers) <= s.layer {
			p.layers = append(p.layers, nil)
		}
		p.layers[s.layer] = append(p.layers[s.layer], i)
	}
}

// order sorts each layer by the middle of its neighbours, down and up in turn.
func (p *picture) order() {
	place := make([]float64, len(p.spots))
	number := func(layer []int) {
		for k, i := range layer {
			place[i] = float64(k) - float64(len(layer)-1)/2
		}
	}
	for _, layer := range p.layers {
		number(layer)
	}
	sweep := func(layer []int, neighbours func(*spot) []int) {
		want := make(map[int]float64, len(layer))
		for _, i := range layer {
			want[i] = place[i]
			if ns := neighbours(p.spots[i]); len(ns) > 0 {
				sum := 0.0
				for _, n := range ns {
					sum += place[n]
				}
				want[i] = sum / float64(len(ns))
			}
		}
		slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(want[a], want[b]) })
		number(layer)
	}
	best, least := p.copyLayers(), p.crossings()
	for range 6 {
		for k := 1; k < len(p.layers); k++ {
			sweep(p.layers[k], func(s *spot) []int { return s.up })
		}
		for k := len(p.layers) - 2; k >= 0; k-- {
			sweep(p.layers[k], func(s *spot) []int { return s.down })
		}
		if n := p.crossings(); n < least {
			best, least = p.copyLayers(), n
		}
	}
	p.layers = best
}

func (p *picture) copyLayers() [][]int {
	out := make([][]int, len(p.layers))
	for i, l := range p.layers {
		out[i] = slices.Clone(l)
	}
	return out
}

// crossings counts pairs of arrows that cross between neighbouring layers.
func (p *picture) crossings() int {
	at := make([]int, len(p.spots))
	for _, l := range p.layers {
		for k, i := range l {
			at[i] = k
		}
	}
	n := 0
	for _, l := range p.layers {
		type pair struct{ a, b int }
		var pairs []pair
		for _, i := range l {
			for _, d := range p.spots[i].down {
				pairs = append(pairs, pair{at[i], at[d]})
			}
		}
		for i := range pairs {
			for j := range i {
				if (pairs[i].a-pairs[j].a)*(pairs[i].b-pairs[j].b) < 0 {
					n++
				}
			}
		}
	}
	return n
}

// place gives every spot its x and y.
func (p *picture) place() {
	for _, l := range p.layers {
		x := 0.0
		for _, i := range l {
			s := p.spots[i]
			s.x = x + s.width/2
			x += s.width + gapAcross
		}
		for _, i := range l {
			p.spots[i].x -= x / 2
		}
	}
	middle := func(ns []int) float64 {
		sum := 0.0
		for _, n := range ns {
			sum += p.spots[n].x
		}
		return sum / float64(len(ns))
	}
	for round := range 12 {
		for k := range p.layers {
			l := p.layers[k]
			if round%2 == 1 {
				l = p.layers[len(p.layers)-1-k]
			}
			want := make([]float64, len(l))
			for j, i := range l {
				s := p.spots[i]
				want[j] = s.x
				ns := s.up
				if round%2 == 1 {
					ns = s.down
				}
				if len(ns) > 0 {
					want[j] = middle(ns)
				}
			}
			p.settle(l, want)
		}
	}
	left := 0.0
	for _, s := range p.spots {
		left = min(left, s.x-s.width/2)
	}
	y := margin + titleDown
	for k, l := range p.layers {
		tall := 0.0
		for _, i := range l {
			s := p.spots[i]
			s.x += margin - left
			s.y = y
			tall = max(tall, s.height)
			p.width = max(p.width, s.x+s.width/2)
		}
		for _, i := range l {
			if p.spots[i].box < 0 {
				p.spots[i].height = tall
			}
		}
		y += tall + gapDown + labelDown*float64(p.labelRows(k))
	}
	p.height = y - gapDown + margin
}

// settle moves the spots of a layer as near to where they want as their order
// and widths allow: clusters that touch move together to their common middle.
func (p *picture) settle(layer []int, want []float64) {
	type cluster struct {
		first, last int
		x           float64 // of the first spot
		sum         float64 // of wishes for x
		n           float64
	}
	offset := make([]float64, len(layer)) // from the layer's first spot
	for j := 1; j < len(layer); j++ {
		a, b := p.spots[layer[j-1]], p.spots[layer[j]]
		offset[j] = offset[j-1] + a.width/2 + gapAcross + b.width/2
	}
	var cs []cluster
	for j := range layer {
		c := cluster{j, j, want[j], want[j] - offset[j], 1}
		for len(cs) > 0 {
			prev := cs[len(cs)-1]
			if prev.sum/prev.n <= c.sum/c.n {
				break
			}
			c = cluster{prev.first, c.last, 0, prev.sum + c.sum, prev.n + c.n}
			cs = cs[:len(cs)-1]
		}
		cs = append(cs, c)
	}
	for _, c := range cs {
		for j := c.first; j <= c.last; j++ {
			p.spots[layer[j]].x = c.sum/c.n + offset[j]
		}
	}
}

// labelRows returns how many rows of labels stand below a layer.
func (p *picture) labelRows(layer int) int {
	count := map[int]int{}
	rows := 0
	for _, r := range p.routes {
		if r.label != "" && !r.back && p.spots[r.from].layer == layer {
			count[r.from]++
			rows = max(rows, min(count[r.from], 4))
		}
	}
	return rows
}

func (p *picture) draw(title, name string) string {
	var body, labels strings.Builder
	p.drawRoutes(&body, &labels)
	for i := range p.boxes {
		p.drawBox(&body, p.spots[i])
	}
	var b strings.Builder
	w, h := p.width+margin, p.height
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-labelledby="t d" lang="ja" font-family="'BIZ UDPGothic','BIZ UDGothic','Hiragino Sans','Yu Gothic','Noto Sans CJK JP','Noto Sans JP',sans-serif" font-size="%.0f">`+"\n", w, h, w, h, textSize)
	fmt.Fprintf(&b, "<title id=\"t\">%s</title>\n<desc id=\"d\">%s</desc>\n", html.EscapeString(title), html.EscapeString(p.describe()))
	b.WriteString(`<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="#4a4a4a"/></marker><marker id="back" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="#8a4b08"/></marker></defs>` + "\n")
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" fill="#fff"/>`+"\n", w, h)
	fmt.Fprintf(&b, `<text x="%.0f" y="%.0f" font-size="18" font-weight="bold" fill="#1a1a1a">%s <tspan font-size="13" font-weight="normal" fill="#555">%s</tspan></text>`+"\n", margin, margin+8, html.EscapeString(title), html.EscapeString(name))
	b.WriteString(body.String())
	b.WriteString(labels.String())
	b.WriteString("</svg>\n")
	return b.String()
}

// describe says the whole picture in words, for those who do not see it.
func (p *picture) describe() string {
	var b strings.Builder
	for i, x := range p.boxes {
		fmt.Fprintf(&b, "%s（%s）", x.step.Name, x.verb)
		sep := "→"
		for _, r := range p.routes {
			if r.from != i {
				continue
			}
			b.WriteString(sep)
			if r.label != "" {
				b.WriteString(r.label + "：")
			}
			b.WriteString(p.boxes[r.to].step.Name)
			sep = "、"
		}
		b.WriteString("。")
	}
	return b.String()
}

func (p *picture) drawRoutes(lines, labels *strings.Builder) {
	leaving := make([][]int, len(p.boxes))
	arriving := make([][]int, len(p.boxes))
	for i, r := range p.routes {
		if !r.back {
			leaving[r.from] = append(leaving[r.from], i)
			arriving[r.to] = append(arriving[r.to], i)
		}
	}
	next := func(i int) *spot { return p.spots[p.routes[i].spots[1]] }
	before := func(i int) *spot { r := p.routes[i]; return p.spots[r.spots[len(r.spots)-2]] }
	for i := range p.boxes {
		slices.SortStableFunc(leaving[i], func(a, b int) int { return cmp.Compare(next(a).x, next(b).x) })
		slices.SortStableFunc(arriving[i], func(a, b int) int { return cmp.Compare(before(a).x, before(b).x) })
	}
	for i, r := range p.routes {
		if r.back {
			continue
		}
		from, to := p.spots[r.from], p.spots[r.to]
		out := slices.Index(leaving[r.from], i)
		x1 := port(from, out, len(leaving[r.from]))
		x2 := port(to, slices.Index(arriving[r.to], i), len(arriving[r.to]))
		y1 := from.y + from.height
		layerEnd := p.bottom(from.layer)
		// Straight down to the end of the layer, so that no arrow cuts through a
		// taller neighbour.
		path := fmt.Sprintf("M%.1f %.1fV%.1f", x1, y1, layerEnd)
		x, y := x1, layerEnd
		for _, k := range r.spots[1 : len(r.spots)-1] {
			s := p.spots[k]
			path += curve(x, y, s.x, s.y) + fmt.Sprintf("V%.1f", s.y+s.height)
			x, y = s.x, s.y+s.height
		}
		path += curve(x, y, x2, to.y-1)
		fmt.Fprintf(lines, `<path d="%s" fill="none" stroke="#4a4a4a" stroke-width="1.4" marker-end="url(#head)"/>`+"\n", path)
		if r.label == "" {
			continue
		}
		// Labels of one box stand in rows, each over its own arrow, which leaves
		// the row's height straight enough to be told apart.
		first := next(i)
		rows := len(leaving[r.from])
		row := out % 4
		t := (float64(row) + 0.8) / (float64(min(rows, 4)) + 0.8)
		lx := bezier(t, x1, first.x)
		if len(r.spots) == 2 {
			lx = bezier(t, x1, x2)
		}
		ly := layerEnd + t*(first.y-layerEnd-14)
		label(labels, cut(r.label, 28), lx, ly+4, "middle", "#1a1a1a")
	}
	p.drawBacks(lines, labels)
}

// drawBacks draws the arrows that lead back, each in its own lane on the right,
// the shortest innermost.
func (p *picture) drawBacks(lines, labels *strings.Builder) {
	var backs []route
	for _, r := range p.routes {
		if r.back {
			backs = append(backs, r)
		}
	}
	span := func(r route) int { return p.spots[r.from].layer - p.spots[r.to].layer }
	slices.SortStableFunc(backs, func(a, b route) int { return cmp.Compare(span(a), span(b)) })
	leaves, arrives := map[int]int{}, map[int]int{}
	lane := p.width + 14
	widest := 0.0
	for _, r := range backs {
		from, to := p.spots[r.from], p.spots[r.to]
		y1 := from.y + from.height - 10 - float64(leaves[r.from]%3)*9
		y2 := to.y + 12 + float64(arrives[r.to]%4)*9
		x1, x2 := from.x+from.width/2, to.x+to.width/2+1
		start, end := fmt.Sprintf("M%.1f %.1f", x1, y1), fmt.Sprintf("H%.1f", x2)
		// Where a box stands in the way, the arrow leaves below and arrives above
		// its layer.
		if p.boxRightOf(from) {
			x1 -= 12 + float64(leaves[r.from]%3)*10
			y1 = p.bottom(from.layer) + 7 + float64(leaves[r.from]%3)*4
			start = fmt.Sprintf("M%.1f %.1fV%.1f", x1, from.y+from.height, y1)
		}
		if p.boxRightOf(to) {
			x2 -= 14 + float64(arrives[r.to]%4)*12
			y2 = to.y - 16 - float64(arrives[r.to]%4)*4
			end = fmt.Sprintf("H%.1fV%.1f", x2, to.y-1)
		}
		leaves[r.from]++
		arrives[r.to]++
		fmt.Fprintf(lines, `<path d="%sH%.1fQ%.1f %.1f %.1f %.1fV%.1fQ%.1f %.1f %.1f %.1f%s" fill="none" stroke="#8a4b08" stroke-width="1.4" stroke-dasharray="6 3" marker-end="url(#back)"/>`+"\n",
			start, lane-8, lane, y1, lane, y1-8, y2+8, lane, y2, lane-8, y2, end)
		if r.label != "" {
			text := cut(r.label, 24)
			label(labels, text, lane+6, (y1+y2)/2+4+float64(leaves[r.from]-1)*16, "start", "#8a4b08")
			widest = max(widest, width(text)+10)
		}
		lane += laneWidth
	}
	if len(backs) > 0 {
		p.width = lane - laneWidth + max(widest, 10)
	}
}

// boxRightOf reports whether a box stands between s and the right edge.
func (p *picture) boxRightOf(s *spot) bool {
	return slices.ContainsFunc(p.layers[s.layer], func(i int) bool {
		return p.spots[i].box >= 0 && p.spots[i].x > s.x
	})
}

// bottom returns the y at which the tallest box of a layer ends.
func (p *picture) bottom(layer int) float64 {
	y := 0.0
	for _, i := range p.layers[layer] {
		y = max(y, p.spots[i].y+p.spots[i].height)
	}
	return y
}

// port returns where the i-th of n arrows meets a box, spread over its middle.
func port(s *spot, i, n int) float64 {
	if n < 2 {
		return s.x
	}
	spread := min(s.width*0.7, float64(n-1)*56)
	return s.x - spread/2 + spread*float64(i)/float64(n-1)
}

func curve(x1, y1, x2, y2 float64) string {
	m := (y1 + y2) / 2
	return fmt.Sprintf("C%.1f %.1f %.1f %.1f %.1f %.1f", x1, m, x2, m, x2, y2)
}

// bezier returns the x of the curve above at t, whose inner points are x1 and x2.
func bezier(t, x1, x2 float64) float64 {
	u := 1 - t
	return x1*(u*u*u+3*u*u*t) + x2*(3*u*t*t+t*t*t)
}

func label(b *strings.Builder, text string, x, y float64, anchor, colour string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" font-size="12" fill="%s" stroke="#fff" stroke-width="4" stroke-linejoin="round" paint-order="stroke">%s</text>`+"\n", x, y, anchor, colour, html.EscapeString(text))
}

func (p *picture) drawBox(b *strings.Builder, s *spot) {
	x := p.boxes[s.box]
	c := paints[x.step.Verb]
	left, w, h := s.x-s.width/2, s.width, s.height
	rect := func(dx, radius float64, extra string) {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%.0f" fill="%s" stroke="%s" stroke-width="1.6"%s/>`+"\n", left+dx, s.y+dx, w-2*dx, h-2*dx, radius, c.fill, c.line, extra)
	}
	switch x.step.Verb {
	case Say:
		rect(0, 10, "")
	case Ask:
		rect(0, 3, "")
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="6" height="%.1f" fill="%s"/>`+"\n", left, s.y, h, c.line)
	case Form:
		rect(0, 3, "")
		fmt.Fprintf(b, `<path d="M%.1f %.1fh12m-12 4h12m-12 4h12" fill="none" stroke="%s" stroke-width="1.6"/>`+"\n", left+w-22, s.y+10, c.line)
	case Check:
		rect(0, 3, "")
		fmt.Fprintf(b, `<path d="M%.1f %.1fl4 5 8-9" fill="none" stroke="%s" stroke-width="2.4"/>`+"\n", left+w-24, s.y+12, c.line)
	case Decide:
		fmt.Fprintf(b, `<path d="M%.1f %.1fh%.1fl12 %.1f-12 %.1fh%.1fl-12 %.1fz" fill="%s" stroke="%s" stroke-width="1.6"/>`+"\n", left+12, s.y, w-24, h/2, h/2, -(w - 24), -h/2, c.fill, c.line)
	case Do:
		rect(0, 0, "")
		fmt.Fprintf(b, `<path d="M%.1f %.1fv%.1fM%.1f %.1fv%.1f" stroke="%s" stroke-width="1.6"/>`+"\n", left+5, s.y, h, left+w-5, s.y, h, c.line)
	case Call:
		rect(0, 3, "")
		rect(4, 2, "")
	case Handoff:
		rect(0, 3, ` stroke-dasharray="7 3"`)
	case End:
		rect(0, min(h/2, 24), "")
	}
	text := left + innerLeft + 4
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-weight="bold" fill="#1a1a1a">%s <tspan font-size="11" font-weight="normal" fill="%s">%s</tspan></text>`+"\n", text, s.y+19, html.EscapeString(x.step.Name), c.line, html.EscapeString(x.verb+note(x.step)))
	for i, line := range s.lines {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" fill="#1a1a1a">%s</text>`+"\n", text, s.y+headDown+textDown*(float64(i)+0.75), html.EscapeString(line))
	}
}

// note adds what staff look for first: under what condition, to which end.
func note(s *Step) string {
	n := ""
	if s.Verb == End && s.Text != nil {
		n = "：" + s.Outcome
	}
	if s.When != nil {
		n += "（条件つき）"
	}
	return n
}

// width estimates the width of text: kana and kanji are as wide as the type is
// high, others a little over half of it.
func width(s string) float64 {
	w := 0.0
	for _, r := range s {
		if r < 0x2000 {
			w += textSize * 0.58
		} else {
			w += textSize
		}
	}
	return w
}

// wrap breaks text into at most n lines of the given width, the last cut short
// if need be. Japanese breaks anywhere but before closing signs; words of other
// scripts stay whole where they fit.
func wrap(s string, most float64, n int) []string {
	var lines []string
	rest := []rune(s)
	for len(rest) > 0 && len(lines) < n {
		w, end := 0.0, 0
		for end < len(rest) {
			w += width(string(rest[end]))
			if w > most {
				break
			}
			end++
		}
		if end == len(rest) {
			return append(lines, string(rest))
		}
		end = max(end, 1)
		if len(lines) == n-1 {
			return append(lines, string(rest[:max(end-1, 1)])+"…")
		}
		if strings.ContainsRune("。、）」！？ー", rest[end]) && end > 1 {
			end--
		} else if space := lastSpace(rest[:end]); space > end/2 && rest[end] < 0x2000 {
			end = space + 1
		}
		lines = append(lines, strings.TrimSpace(string(rest[:end])))
		rest = []rune(strings.TrimLeft(string(rest[end:]), " "))
	}
	return lines
}

func lastSpace(r []rune) int {
	for i := len(r) - 1; i >= 0; i-- {
		if r[i] == ' ' {
			return i
		}
	}
	return -1
}
