package page

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"schlank/attribute"
	"schlank/inspect"
	"schlank/inventory"
)

// subject is an image whose names are hostile, and one of whose files is
// hidden by another.
func subject() *inspect.Subject {
	file := func(path string, size int64) inventory.Entry {
		return inventory.Entry{Path: path, Kind: inventory.KindFile, Size: size, Digest: inventory.DigestOf(fmt.Sprintf("%s%d", path, size))}
	}
	img := &inventory.Image{Layers: []inventory.Layer{
		{Compression: "gzip", CompressedBytes: 500, Entries: []inventory.Entry{
			file("/app/</script><b>", 300_000), file("/app/lib/deep/one.so", 600_000), file("/app/lib/deep/two.so", 400_000), file("/data", 700_000),
		}},
		{Compression: "gzip", CompressedBytes: 200, Entries: []inventory.Entry{file("/data", 50_000)}},
	}}
	for l := range img.Layers {
		for k, e := range img.Layers[l].Entries {
			img.Layers[l].ContentBytes += e.Size
			if l == 1 || e.Path != "/data" {
				img.Tree = append(img.Tree, inventory.File{Entry: &img.Layers[l].Entries[k], Layer: l, Owner: -1})
			}
		}
	}
	return &inspect.Subject{Name: "</title><script>alert(1)</script>", Kind: "archive", Attribution: attribute.Image(img, attribute.Options{})}
}

// TestTreesSum: each tree holds all bytes of the image, and each node as many
// as its children.
func TestTreesSum(t *testing.T) {
	s := subject()
	for _, v := range trees(s.Attribution) {
		if v.Tree.Size != s.Total().Disk {
			t.Errorf("by %s: %d bytes, the image has %d", v.Name, v.Tree.Size, s.Total().Disk)
		}
		if v.Tree.Wasted != 700_000 {
			t.Errorf("by %s: %d bytes wasted", v.Name, v.Tree.Wasted)
		}
		var walk func(*Node)
		walk = func(n *Node) {
			var sum int64
			for _, c := range n.Children {
				sum += c.Size
				walk(c)
			}
			if len(n.Children) > 0 && sum != n.Size {
				t.Errorf("by %s: %s has %d bytes, its children %d", v.Name, n.Name, n.Size, sum)
			}
		}
		walk(v.Tree)
	}
}

// TestTreesAreBounded: an image of many files makes a page of few nodes.
func TestTreesAreBounded(t *testing.T) {
	root := &Node{Name: "path"}
	a := &attribute.Item{Disk: 1, Kind: attribute.Application}
	for k := range 50_000 {
		root.add([]string{fmt.Sprint(k % 100), fmt.Sprint(k)}, a, 3)
	}
	root.add([]string{"big"}, &attribute.Item{Disk: 1_000_000, Kind: attribute.Base}, 1)
	root.finish()
	if n := nodes(root); n > maxNodes+200 {
		t.Errorf("%d nodes", n)
	}
	if root.Size != 1_050_000 || root.Children[0].Name != "big" || root.Kind != 1 {
		t.Errorf("the root is %+v", root)
	}
}

func nodes(n *Node) int {
	total := 1
	for _, c := range n.Children {
		total += nodes(c)
	}
	return total
}

// TestHostileNames: no name gets out of its place.
func TestHostileNames(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, subject()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "<script"); n != 2 {
		t.Errorf("%d scripts", n)
	}
	if strings.Contains(b.String(), "alert(1)</script>") || strings.Contains(b.String(), "</script><b>") {
		t.Error("a name is markup")
	}
	for _, outside := range []string{"http://", "https://", "url(", "@import", "src="} {
		if strings.Contains(b.String(), outside) {
			t.Errorf("the page needs something else: %s", outside)
		}
	}
}

// driver uses the page as a person would, with the keyboard, and notes what
// it sees.
const driver = `<script>
(async function () {
  const seen = {};
  const map = document.getElementById("map"), detail = document.getElementById("detail");
  const key = (k) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: k, bubbles: true, cancelable: true }));
  const labels = () => Array.from(map.querySelectorAll("[role=treeitem]")).map((e) => e.getAttribute("aria-label").split(",")[0]).join("|");
  seen.causes = labels();
  document.querySelector("[data-view='2']").click();
  seen.paths = labels();
  map.querySelector("[role=treeitem]").focus();
  seen.detail = detail.textContent;
  key("Enter");
  seen.zoomed = labels();
  seen.focus = map.contains(document.activeElement);
  seen.crumbs = document.getElementById("crumbs").textContent;
  key("ArrowRight"); key("ArrowDown");
  seen.moved = document.activeElement.getAttribute("aria-label").split(",")[0];
  key("Escape");
  seen.out = labels();
  document.body.focus(); document.activeElement.blur();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true }));
  seen.searching = document.activeElement.id;
  const search = document.getElementById("search");
  search.value = "TWO.so";
  search.dispatchEvent(new Event("input", { bubbles: true }));
  seen.found = document.getElementById("found").textContent;
  seen.hits = Array.from(map.querySelectorAll(".hit[role=treeitem]")).length;
  search.value = "";
  search.dispatchEvent(new Event("input", { bubbles: true }));
  const light = getComputedStyle(document.body).backgroundColor;
  document.getElementById("theme").click();
  seen.dark = light !== getComputedStyle(document.body).backgroundColor;
  seen.wasted = map.querySelectorAll(".wasted").length > 0;
  document.activeElement.blur();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "2", bubbles: true }));
  seen.packages = labels();
  const boxes = Array.from(map.querySelectorAll("[role=treeitem]")).map((e) => e.offsetWidth * e.offsetHeight);
  seen.covers = boxes.reduce((a, b) => a + b, 0) / (map.clientWidth * map.clientHeight) > 0.95;
  document.body.setAttribute("data-seen", JSON.stringify(seen));
})();
</script>`

// TestInBrowser opens the page in a real browser and uses it.
func TestInBrowser(t *testing.T) {
	browser := findBrowser(t)
	var b bytes.Buffer
	if err := Write(&b, subject()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "page.html")
	html := strings.Replace(b.String(), "</body>", driver+"</body>", 1)
	if err := os.WriteFile(file, []byte(html), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args := []string{"--headless=new", "--disable-gpu", "--window-size=1200,1000", "--user-data-dir=" + t.TempDir(), "--dump-dom", "file://" + file}
	if os.Geteuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...) // it refuses to run as root otherwise
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, browser, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	m := regexp.MustCompile(`data-seen="([^"]*)"`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("the page was not used to the end: %s", stderr.String())
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(strings.NewReplacer("&quot;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(string(m[1]))), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"causes":    "application|overwritten in a later layer",
		"paths":     "app|data",
		"detail":    "/app · 1.3 MB (1,300,000 bytes) · 63.4 % of the image · mostly application",
		"zoomed":    "lib/deep|<",
		"focus":     true,
		"crumbs":    "image 2.0 MB › app 1.3 MB",
		"moved":     "<",
		"out":       "app|data",
		"searching": "search",
		"found":     "1 found, 400.0 kB",
		"hits":      float64(1),
		"dark":      true,
		"wasted":    true,
		"packages":  "no package",
		"covers":    true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// findBrowser is a browser that can be run, else the test is skipped; where
// SCHLANK_REQUIRE_BROWSER is set, it fails.
func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	if os.Getenv("SCHLANK_REQUIRE_BROWSER") != "" {
		t.Fatal("no chromium here, and SCHLANK_REQUIRE_BROWSER is set")
	}
	t.Skip("no chromium here: install it to try the page in a browser")
	return ""
}
