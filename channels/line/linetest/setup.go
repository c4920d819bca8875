package linetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg" // rich menu images may be either
	_ "image/png"
	"net/http"
	"regexp"
	"slices"
)

type menu struct {
	request map[string]any
	image   bool
}

type menus struct {
	all      map[string]*menu
	alias    map[string]string
	fallback string // the default menu
}

// Menu is the default rich menu: its name and whether it has a picture.
func (s *Server) Menu() (name string, picture bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.menus.all[s.menus.fallback]
	if m == nil {
		return "", false
	}
	name, _ = m.request["name"].(string)
	return name, m.image
}

// Menus counts the rich menus that exist.
func (s *Server) Menus() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.menus.all)
}

// Webhook is the webhook address set.
func (s *Server) Webhook() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.webhook
}

func (s *Server) route(mux *http.ServeMux) {
	on := func(pattern string, do func(*http.Request, []byte, *Call) answer) {
		mux.HandleFunc(pattern, s.handle(Other, do))
	}
	ok := answer{status: http.StatusOK, body: map[string]any{}}
	missing := failure(http.StatusNotFound, "Not found")

	on("GET /v2/bot/info", func(*http.Request, []byte, *Call) answer {
		return answer{status: http.StatusOK, body: map[string]any{"userId": s.Bot, "basicId": "@216ru", "displayName": "みほん市",
			"chatMode": "bot", "markAsReadMode": "auto"}}
	})
	on("GET /v2/bot/message/quota", func(*http.Request, []byte, *Call) answer {
		return answer{status: http.StatusOK, body: map[string]any{"type": "limited", "value": 200}}
	})
	on("GET /v2/bot/message/quota/consumption", func(*http.Request, []byte, *Call) answer {
		return answer{status: http.StatusOK, body: map[string]any{"totalUsage": 0}}
	})
	on("PUT /v2/bot/channel/webhook/endpoint", func(_ *http.Request, body []byte, _ *Call) answer {
		var in struct {
			Endpoint string `json:"endpoint"`
		}
		if json.Unmarshal(body, &in) != nil || len(in.Endpoint) > 500 || !regexp.MustCompile(`^https://`).MatchString(in.Endpoint) {
			return failure(http.StatusBadRequest, "Invalid webhook endpoint URL")
		}
		s.webhook = in.Endpoint
		return ok
	})
	on("GET /v2/bot/channel/webhook/endpoint", func(*http.Request, []byte, *Call) answer {
		if s.webhook == "" {
			return missing
		}
		return answer{status: http.StatusOK, body: map[string]any{"endpoint": s.webhook, "active": true}}
	})
	on("POST /v2/bot/channel/webhook/test", func(*http.Request, []byte, *Call) answer {
		return answer{status: http.StatusOK, body: map[string]any{"success": s.webhook != "", "timestamp": s.now().UTC().Format("2006-01-02T15:04:05.000Z"),
			"statusCode": 200, "reason": "OK", "detail": "200"}}
	})
	on("POST /v2/bot/richmenu", s.createMenu)
	on("GET /v2/bot/richmenu/list", func(*http.Request, []byte, *Call) answer {
		list := []any{}
		for _, id := range s.menuIDs() {
			m := map[string]any{"richMenuId": id}
			for k, v := range s.menus.all[id].request {
				m[k] = v
			}
			list = append(list, m)
		}
		return answer{status: http.StatusOK, body: map[string]any{"richmenus": list}}
	})
	on("DELETE /v2/bot/richmenu/{id}", func(r *http.Request, _ []byte, _ *Call) answer {
		if s.menus.all[r.PathValue("id")] == nil {
			return missing
		}
		delete(s.menus.all, r.PathValue("id"))
		return ok
	})
	on("GET /v2/bot/richmenu/alias/{alias}", func(r *http.Request, _ []byte, _ *Call) answer {
		id, found := s.menus.alias[r.PathValue("alias")]
		if !found {
			return missing
		}
		return answer{status: http.StatusOK, body: map[string]any{"richMenuAliasId": r.PathValue("alias"), "richMenuId": id}}
	})
	alias := func(must bool) func(*http.Request, []byte, *Call) answer {
		return func(r *http.Request, body []byte, _ *Call) answer {
			var in struct{ RichMenuAliasID, RichMenuID string }
			if json.Unmarshal(body, &in) != nil {
				return failure(http.StatusBadRequest, "unreadable")
			}
			if must {
				in.RichMenuAliasID = r.PathValue("what")
			}
			_, exists := s.menus.alias[in.RichMenuAliasID]
			m := s.menus.all[in.RichMenuID]
			switch {
			case !regexp.MustCompile(`^[a-z0-9_-]{1,32}$`).MatchString(in.RichMenuAliasID), m == nil, !m.image:
				return failure(http.StatusBadRequest, "richmenu not found, or without image, or bad alias")
			case must && !exists:
				return missing
			case !must && exists:
				return failure(http.StatusBadRequest, "conflict richmenu alias id")
			}
			s.menus.alias[in.RichMenuAliasID] = in.RichMenuID
			return ok
		}
	}
	on("POST /v2/bot/richmenu/alias", alias(false))
	on("POST /v2/bot/richmenu/{id}/{what}", func(r *http.Request, body []byte, call *Call) answer {
		switch {
		case r.PathValue("id") == "alias":
			return alias(true)(r, body, call)
		case r.PathValue("what") == "content":
			return s.setMenuImage(r, body, call)
		}
		return missing
	})
	on("POST /v2/bot/user/all/richmenu/{id}", func(r *http.Request, _ []byte, _ *Call) answer {
		if m := s.menus.all[r.PathValue("id")]; m == nil || !m.image {
			return failure(http.StatusBadRequest, "must upload richmenu image before applying it to user")
		}
		s.menus.fallback = r.PathValue("id")
		return ok
	})
	on("GET /v2/bot/user/all/richmenu", func(*http.Request, []byte, *Call) answer {
		if s.menus.fallback == "" {
			return failure(http.StatusNotFound, "no default richmenu")
		}
		return answer{status: http.StatusOK, body: map[string]any{"richMenuId": s.menus.fallback}}
	})
}

func (s *Server) menuIDs() []string {
	var ids []string
	for id := range s.menus.all {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// createMenu is POST /v2/bot/richmenu.
func (s *Server) createMenu(_ *http.Request, body []byte, _ *Call) answer {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return failure(http.StatusBadRequest, "unreadable")
	}
	var c checker
	c.text("richmenu", m, "name", 1, 300)
	c.text("richmenu", m, "chatBarText", 1, 14)
	dims, _ := m["size"].(map[string]any)
	width, _ := dims["width"].(float64)
	height, _ := dims["height"].(float64)
	if width < 800 || width > 2500 || height < 250 || width/height < 1.45 {
		c.bad("size", "invalid size")
	}
	for i, area := range c.list("richmenu", m, "areas", 0, 20) {
		at := fmt.Sprintf("areas[%d]", i)
		b, _ := area["bounds"].(map[string]any)
		x, _ := b["x"].(float64)
		y, _ := b["y"].(float64)
		w, _ := b["width"].(float64)
		h, _ := b["height"].(float64)
		if x < 0 || y < 0 || w <= 0 || h <= 0 || x+w > width || y+h > height {
			c.bad(at+".bounds", "outside of the menu")
		}
		c.action(at, area, 20, false)
	}
	if len(c.found) > 0 {
		for _, d := range c.found {
			s.violations = append(s.violations, "richmenu: "+d.Property+": "+d.Message)
		}
		return failure(http.StatusBadRequest, fmt.Sprintf("The request body has %d error(s)", len(c.found)), c.found...)
	}
	s.serial++
	id := fmt.Sprintf("richmenu-%032x", s.serial)
	s.menus.all[id] = &menu{request: m}
	return answer{status: http.StatusOK, body: map[string]any{"richMenuId": id}}
}

// setMenuImage is POST /v2/bot/richmenu/{id}/content.
func (s *Server) setMenuImage(r *http.Request, body []byte, _ *Call) answer {
	m := s.menus.all[r.PathValue("id")]
	if m == nil {
		return failure(http.StatusNotFound, "Not found")
	}
	if m.image {
		return failure(http.StatusBadRequest, "An image has already been uploaded to the richmenu")
	}
	dims, _ := m.request["size"].(map[string]any)
	cfg, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil || len(body) > 1<<20 || r.Header.Get("Content-Type") != "image/"+format ||
		float64(cfg.Width) != dims["width"] || float64(cfg.Height) != dims["height"] {
		s.violations = append(s.violations, "richmenu image: wrong type, size or dimensions")
		return failure(http.StatusBadRequest, "The image is invalid")
	}
	m.image = true
	return answer{status: http.StatusOK, body: map[string]any{}}
}
