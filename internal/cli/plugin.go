package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// pluginName is what the program is called when it is a plugin of Docker's
// command line: `docker schlank lint`.
const pluginName = "docker-schlank"

// pluginMetadata is the word with which Docker asks a plugin who it is.
const pluginMetadata = "docker-cli-plugin-metadata"

// plugin takes Docker's part out of the arguments of a plugin. done is set
// when the call was about the plugin itself and has been answered.
func plugin(args []string, stdout io.Writer) (rest []string, done bool) {
	if len(args) == 0 || strings.TrimSuffix(filepath.Base(args[0]), ".exe") != pluginName || len(args) < 2 {
		return args, false
	}
	switch args[1] {
	case pluginMetadata:
		b, err := json.Marshal(map[string]string{
			"SchemaVersion":    "0.1.0",
			"Vendor":           "schlank",
			"Version":          version(),
			"ShortDescription": "Slim images from the Dockerfiles you have, proven to work",
		})
		if err == nil {
			fmt.Fprintf(stdout, "%s\n", b)
		}
		return args, true
	case "schlank":
		return append([]string{args[0]}, args[2:]...), false
	}
	return args, false
}
