package main
import ("testing";"context";"time";"madoguchi/channels/line/linetest";"madoguchi/store")
func TestDbg(t *testing.T){
 town:=newLineTown(t)
 u:=linetest.User(1); town.line.Befriend(u,"ja")
 town.post(t, town.line.Text(u,"カードを受け取りたい"))
 time.Sleep(300*time.Millisecond)
 town.db.View(context.Background(),"sample",func(tx *store.Tx) error{
  var state string; var at,na,lu int64; var attempts int
  err:=tx.Row("SELECT state,attempts,next_at,lease_until,received_at FROM event WHERE tenant=$1", tx.Tenant()).Scan(&state,&attempts,&na,&lu,&at)
  t.Log(state,attempts,na-at,lu-at,err)
  return nil})
}
