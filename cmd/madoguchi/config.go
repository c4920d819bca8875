package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Config is what the operator decides. Flags win over the environment, the
// environment over the file madoguchi.yaml in the working folder.
type Config struct {
	Addr      string `help:"Address to listen on (127.0.0.1:8080)." placeholder:"HOST:PORT" yaml:"addr" env:"-"`
	Database  string `help:"SQLite file or postgres:// address (DATA/madoguchi.db)." placeholder:"DB" yaml:"database" env:"-"`
	Data      string `help:"Folder for data (./data)." placeholder:"DIR" yaml:"data" env:"-"`
	Side      string `help:"Which half runs here: outer, inner or both." placeholder:"SIDE" yaml:"side" env:"-"`
	PublicURL string `name:"public-url" help:"Address under which residents reach this program." placeholder:"URL" yaml:"public_url" env:"-"`

	// The rest has no flag: secrets do not belong on a command line.
	Key     string `kong:"-" yaml:"key"`
	Limits  string `kong:"-" yaml:"limits"`
	Proxies string `kong:"-" yaml:"trusted_proxies"`
	Origins string `kong:"-" yaml:"origins"`

	LineSecret string `kong:"-" yaml:"line_channel_secret"`
	LineToken  string `kong:"-" yaml:"line_channel_token"`
	LineURL    string `kong:"-" yaml:"line_api_url"`
	SMTPURL    string `kong:"-" yaml:"smtp_url"`
	MailFrom   string `kong:"-" yaml:"mail_from"`

	OpenAIURL   string `kong:"-" yaml:"openai_base_url"`
	OpenAIKey   string `kong:"-" yaml:"openai_api_key"`
	OpenAIModel string `kong:"-" yaml:"openai_model"`

	Fonts string `kong:"-" yaml:"fonts"` // TrueType files for characters of names, see openFonts
}

// configFile is read from the working folder if it is there.
const configFile = "madoguchi.yaml"

// variables maps the environment to the settings.
func (c *Config) variables() map[string]*string {
	return map[string]*string{
		"MADOGUCHI_ADDR": &c.Addr, "MADOGUCHI_DATABASE": &c.Database, "MADOGUCHI_DATA": &c.Data,
		"MADOGUCHI_KEY": &c.Key, "MADOGUCHI_SIDE": &c.Side, "MADOGUCHI_PUBLIC_URL": &c.PublicURL,
		"MADOGUCHI_LIMITS": &c.Limits, "MADOGUCHI_TRUSTED_PROXIES": &c.Proxies, "MADOGUCHI_ORIGINS": &c.Origins,
		"LINE_CHANNEL_SECRET": &c.LineSecret, "LINE_CHANNEL_TOKEN": &c.LineToken, "LINE_API_URL": &c.LineURL,
		"SMTP_URL": &c.SMTPURL, "MAIL_FROM": &c.MailFrom, "MADOGUCHI_FONTS": &c.Fonts,
		"OPENAI_BASE_URL": &c.OpenAIURL, "OPENAI_API_KEY": &c.OpenAIKey, "OPENAI_MODEL": &c.OpenAIModel,
	}
}

// resolve fills what the flags left open. The error says which setting is wrong
// and how to mend it.
func (c Config) resolve(lookup func(string) (string, bool)) (Config, error) {
	var file Config
	data, err := os.ReadFile(configFile)
	if err == nil {
		d := yaml.NewDecoder(strings.NewReader(string(data)))
		d.KnownFields(true)
		if err := d.Decode(&file); err != nil {
			return c, fmt.Errorf("%s: %w", configFile, err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("read the settings: %w", err)
	}
	fromFile := file.variables()
	for name, value := range c.variables() {
		if *value != "" {
			continue
		}
		if v, ok := lookup(name); ok {
			*value = v
		} else {
			*value = *fromFile[name]
		}
	}
	c.Addr = first(c.Addr, "127.0.0.1:8080")
	c.Data = first(c.Data, "data")
	c.Side = first(c.Side, "both")
	c.Database = first(c.Database, filepath.Join(c.Data, "madoguchi.db"))
	switch c.Side {
	case "outer", "inner", "both":
	default:
		return c, fmt.Errorf("side %q: want outer, inner or both", c.Side)
	}
	c.PublicURL = strings.TrimSuffix(first(c.PublicURL, "http://"+c.Addr), "/")
	return c, nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// keyFile keeps the master key where none is given.
const keyFile = "master.key"

// masterKey returns the 32-byte key that wraps all others. Without one in the
// settings it is made and stored under the data folder; made says that this has
// just happened.
func (c Config) masterKey() (key []byte, made bool, err error) {
	if c.Key != "" {
		if key, err = parseKey(c.Key); err != nil {
			return nil, false, fmt.Errorf("MADOGUCHI_KEY: %w", err)
		}
		return key, false, nil
	}
	path := filepath.Join(c.Data, keyFile)
	text, err := os.ReadFile(path)
	if err == nil {
		if key, err = parseKey(strings.TrimSpace(string(text))); err != nil {
			return nil, false, fmt.Errorf("%s: %w", path, err)
		}
		return key, false, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, false, fmt.Errorf("read the master key: %w", err)
	}
	key = make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, false, fmt.Errorf("make a master key: %w", err)
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, false, fmt.Errorf("make the data folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) { // another process was quicker
		return c.masterKey()
	}
	if err != nil {
		return nil, false, fmt.Errorf("store the master key: %w", err)
	}
	defer f.Close()
	if _, err := f.WriteString(hex.EncodeToString(key) + "\n"); err != nil {
		return nil, false, fmt.Errorf("store the master key: %w", err)
	}
	if err := f.Sync(); err != nil {
		return nil, false, fmt.Errorf("store the master key: %w", err)
	}
	return key, true, nil
}

// parseKey reads 32 bytes as hexadecimal or base64.
func parseKey(s string) ([]byte, error) {
	if key, err := hex.DecodeString(s); err == nil && len(key) == 32 {
		return key, nil
	}
	if key, err := base64.StdEncoding.DecodeString(s); err == nil && len(key) == 32 {
		return key, nil
	}
	return nil, errors.New("want 32 bytes as 64 hexadecimal digits or in base64 (make one with: openssl rand -hex 32)")
}
