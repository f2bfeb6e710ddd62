package inventory

import "testing"

func TestCapabilities(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"none", "", "unknown"},
		// What `setcap cap_net_raw=ep` writes.
		{"net_raw", "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "cap_net_raw"},
		{"revision 3", "\x01\x00\x00\x03\x01\x04\x00\x00\x00\x00\x00\x00\x80\x00\x00\x80\x00\x00\x00\x00\xe8\x03\x00\x00", "cap_chown,cap_net_bind_service,cap_bpf,cap_63"},
		{"revision 1", "\x00\x00\x00\x01\x80\x00\x00\x00\x00\x00\x00\x00", "cap_setuid"},
		{"too short", "\x01\x00\x00\x02\x00\x20", "unknown"},
		{"of the future", "\x01\x00\x00\x09\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "unknown"},
	}
	for _, tt := range tests {
		e := Entry{Xattrs: map[string]string{"security.capability": tt.raw, "user.other": "x"}}
		if got := e.Capabilities(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := (&Entry{}).Capabilities(); got != "" {
		t.Errorf("without attributes: %q", got)
	}
}
