package ociruntime

import (
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// mountOptions are a mount's options, sorted by the system call they go to.
type mountOptions struct {
	set, clear  uintptr        // mount(2) flags
	propagation []uintptr      // each a mount(2) call of its own
	attr        unix.MountAttr // recursive options, for mount_setattr(2)
	recursive   bool           // attr holds anything
	data        []string       // for the file system
}

// mountFlag is what one option name does.
type mountFlag struct {
	clear bool
	flag  uintptr
}

func mountFlags() map[string]mountFlag {
	return map[string]mountFlag{
		"defaults":      {false, 0},
		"ro":            {false, unix.MS_RDONLY},
		"rw":            {true, unix.MS_RDONLY},
		"nosuid":        {false, unix.MS_NOSUID},
		"suid":          {true, unix.MS_NOSUID},
		"nodev":         {false, unix.MS_NODEV},
		"dev":           {true, unix.MS_NODEV},
		"noexec":        {false, unix.MS_NOEXEC},
		"exec":          {true, unix.MS_NOEXEC},
		"sync":          {false, unix.MS_SYNCHRONOUS},
		"async":         {true, unix.MS_SYNCHRONOUS},
		"dirsync":       {false, unix.MS_DIRSYNC},
		"mand":          {false, unix.MS_MANDLOCK},
		"nomand":        {true, unix.MS_MANDLOCK},
		"noatime":       {false, unix.MS_NOATIME},
		"atime":         {true, unix.MS_NOATIME},
		"nodiratime":    {false, unix.MS_NODIRATIME},
		"diratime":      {true, unix.MS_NODIRATIME},
		"relatime":      {false, unix.MS_RELATIME},
		"norelatime":    {true, unix.MS_RELATIME},
		"strictatime":   {false, unix.MS_STRICTATIME},
		"nostrictatime": {true, unix.MS_STRICTATIME},
		"nosymfollow":   {false, unix.MS_NOSYMFOLLOW},
		"symfollow":     {true, unix.MS_NOSYMFOLLOW},
		"iversion":      {false, unix.MS_I_VERSION},
		"noiversion":    {true, unix.MS_I_VERSION},
		"silent":        {false, unix.MS_SILENT},
		"loud":          {true, unix.MS_SILENT},
		"remount":       {false, unix.MS_REMOUNT},
		"bind":          {false, unix.MS_BIND},
		"rbind":         {false, unix.MS_BIND | unix.MS_REC},
	}
}

// recursiveFlag is what one recursive option name does to mount_setattr(2).
type recursiveFlag struct {
	clear bool
	attr  uint64
}

func recursiveFlags() map[string]recursiveFlag {
	return map[string]recursiveFlag{
		"rro":          {false, unix.MOUNT_ATTR_RDONLY},
		"rrw":          {true, unix.MOUNT_ATTR_RDONLY},
		"rnosuid":      {false, unix.MOUNT_ATTR_NOSUID},
		"rsuid":        {true, unix.MOUNT_ATTR_NOSUID},
		"rnodev":       {false, unix.MOUNT_ATTR_NODEV},
		"rdev":         {true, unix.MOUNT_ATTR_NODEV},
		"rnoexec":      {false, unix.MOUNT_ATTR_NOEXEC},
		"rexec":        {true, unix.MOUNT_ATTR_NOEXEC},
		"rnosymfollow": {false, unix.MOUNT_ATTR_NOSYMFOLLOW},
		"rsymfollow":   {true, unix.MOUNT_ATTR_NOSYMFOLLOW},
	}
}

// propagations maps option names to the mount(2) flags of a call of its own.
func propagations() map[string]uintptr {
	return map[string]uintptr{
		"shared":      unix.MS_SHARED,
		"rshared":     unix.MS_SHARED | unix.MS_REC,
		"slave":       unix.MS_SLAVE,
		"rslave":      unix.MS_SLAVE | unix.MS_REC,
		"private":     unix.MS_PRIVATE,
		"rprivate":    unix.MS_PRIVATE | unix.MS_REC,
		"unbindable":  unix.MS_UNBINDABLE,
		"runbindable": unix.MS_UNBINDABLE | unix.MS_REC,
	}
}

// parseMountOptions sorts options by what they are for. A name it does not know
// is the file system's to accept or refuse. "remount" is dropped: runtimes
// decide themselves when to remount.
func parseMountOptions(options []string) mountOptions {
	var o mountOptions
	flags, recursive, propagation := mountFlags(), recursiveFlags(), propagations()
	for _, name := range options {
		if f, ok := flags[name]; ok {
			if f.clear {
				o.set, o.clear = o.set&^f.flag, o.clear|f.flag
			} else {
				o.set, o.clear = o.set|f.flag, o.clear&^f.flag
			}
			continue
		}
		if f, ok := recursive[name]; ok {
			o.recursive = true
			if f.clear {
				o.attr.Attr_set, o.attr.Attr_clr = o.attr.Attr_set&^f.attr, o.attr.Attr_clr|f.attr
			} else {
				o.attr.Attr_set, o.attr.Attr_clr = o.attr.Attr_set|f.attr, o.attr.Attr_clr&^f.attr
			}
			continue
		}
		if p := propagation[name]; p != 0 {
			o.propagation = append(o.propagation, p)
			continue
		}
		o.data = append(o.data, name)
	}
	o.set &^= unix.MS_REMOUNT
	return o
}

// dataString joins the file system's own options.
func (o mountOptions) dataString() string { return strings.Join(o.data, ",") }

// has reports whether the file system's own options set key.
func (o mountOptions) has(key string) bool {
	for _, d := range o.data {
		if strings.HasPrefix(d, key+"=") {
			return true
		}
	}
	return false
}

// isBind reports whether a mount shows existing files: by type, or, as the
// specification allows, by option.
func isBind(m specs.Mount) bool {
	return m.Type == "bind" || parseMountOptions(m.Options).set&unix.MS_BIND != 0
}
