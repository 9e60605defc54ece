// Methods of time.Time, time.Duration and their kin. Expected texts are those of amtool 0.25.
import { expect, test } from 'vitest';
import { outcome, renderNotification } from '../testing/notification.ts';

const check = (text: string, expected: string) =>
  test(text, () => expect(outcome(() => renderNotification(text))).toBe(expected));

check(
  '{{ (index .Alerts 0).StartsAt.wall }}',
  'template: :1:18: executing "" at <0>: wall is an unexported field of struct type time.Time',
);
check(
  '{{ (index .Alerts 0).StartsAt.Foo }}',
  'template: :1:18: executing "" at <0>: can\'t evaluate field Foo in type time.Time',
);
check(
  '{{ (index .Alerts 0).StartsAt.Date }}',
  'template: :1:18: executing "" at <0>: can\'t call method/function "Date" with 3 results',
);
check(
  '{{ (index .Alerts 0).StartsAt.Format }}',
  'template: :1:18: executing "" at <0>: wrong number of args for Format: want 1 got 0',
);
check(
  '{{ (index .Alerts 0).StartsAt.Format 1 }}',
  'template: :1:37: executing "" at <1>: expected string; found 1',
);
check(
  '{{ (index .Alerts 0).StartsAt.Format nil }}',
  'template: :1:37: executing "" at <nil>: cannot assign nil to string',
);
check('{{ (index .Alerts 0).StartsAt.Add 1000000000 }}', '2031-05-06 07:08:10.123 +0000 UTC');
check('{{ (index .Alerts 0).StartsAt.Add 1e9 }}', '2031-05-06 07:08:10.123 +0000 UTC');
check(
  '{{ (index .Alerts 0).StartsAt.Add 1.5 }}',
  'template: :1:34: executing "" at <1.5>: expected integer; found 1.5',
);
check(
  '{{ (index .Alerts 0).StartsAt.Add "x" }}',
  'template: :1:34: executing "" at <"x">: expected integer; found "x"',
);
check(
  '{{ (index .Alerts 0).StartsAt.Add (len "abc") }}',
  'template: :1:39: executing "" at <"abc">: wrong type for value; expected time.Duration; got int',
);
check(
  '{{ (index .Alerts 0).StartsAt.AddDate 0 1 30 }} {{ (index .Alerts 0).StartsAt.AddDate 1 -14 0 }}',
  '2031-07-06 07:08:09.123 +0000 UTC 2031-03-06 07:08:09.123 +0000 UTC',
);
check(
  '{{ $t := (index .Alerts 0).StartsAt }}{{ $t.Truncate 3600000000000 }} {{ $t.Round 60000000000 }} {{ $t.Location }} {{ $t.IsDST }} {{ $t.YearDay }} {{ $t.UnixNano }} {{ $t.UnixMilli }} {{ $t.UnixMicro }} {{ $t.GoString }} {{ $t.Zone }}',
  'template: :1:226: executing "" at <$t.Zone>: can\'t call method/function "Zone" with 2 results',
);
check(
  '{{ $t := (index .Alerts 0).EndsAt }}{{ $t.Unix }} {{ $t.UnixNano }} {{ $t.UnixMilli }} {{ $t.Weekday }} {{ $t.YearDay }} {{ $t.GoString }} {{ $t.Format "Mon Jan _2 15:04:05 2006" }}',
  '-62135596800 -6795364578871345152 -62135596800000 Monday 1 time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC) Mon Jan  1 00:00:00 0001',
);
check(
  '{{ $t := (index .Alerts 0).StartsAt }}{{ printf "%v|%s|%q|%+v|%#v|%T|%x|%20s|" $t $t $t $t $t $t $t $t }}',
  '2031-05-06 07:08:09.123 +0000 UTC|2031-05-06 07:08:09.123 +0000 UTC|"2031-05-06 07:08:09.123 +0000 UTC"|2031-05-06 07:08:09.123 +0000 UTC|time.Date(2031, time.May, 6, 7, 8, 9, 123000000, time.UTC)|time.Time|323033312d30352d30362030373a30383a30392e313233202b3030303020555443|2031-05-06 07:08:09.123 +0000 UTC|',
);
check('{{ $t := (index .Alerts 0).StartsAt }}{{ printf "%d" $t }}', '{123000000 64071414489 0}');
check(
  '{{ $t := (index .Alerts 0).StartsAt }}{{ $t.MarshalText }} {{ printf "%s" $t.MarshalJSON }}',
  '[50 48 51 49 45 48 53 45 48 54 84 48 55 58 48 56 58 48 57 46 49 50 51 90] "2031-05-06T07:08:09.123Z"',
);
check(
  '{{ $t := (index .Alerts 0).StartsAt }}{{ $t.Month }} {{ printf "%d %v %s %q %x %T %5.2f" $t.Month $t.Month $t.Month $t.Month $t.Month $t.Month $t.Month }} {{ eq $t.Month 5 }} {{ $t.Weekday.String }}',
  'May 5 May May "May" 4d6179 time.Month %!f(time.Month=   05) true Tuesday',
);
check(
  '{{ $a := index .Alerts 1 }}{{ $d := $a.EndsAt.Sub $a.StartsAt }}{{ $d }} {{ $d.Hours }} {{ $d.Minutes }} {{ $d.Milliseconds }} {{ $d.Round 1000000000 }} {{ $d.Truncate 60000000000 }} {{ printf "%d %v %s %T %x" $d $d $d $d $d }} {{ gt $d 5 }} {{ $d.Abs }} {{ $d.Nanoseconds }}',
  '1h0m0.5s 1.000138888888889 60.00833333333333 3600500 1h0m1s 1h0m0s 3600500000000 1h0m0.5s 1h0m0.5s time.Duration 3168306d302e3573 true 1h0m0.5s 3600500000000',
);
check(
  '{{ $a := index .Alerts 0 }}{{ $a.EndsAt.Sub $a.StartsAt }} {{ $a.StartsAt.Sub $a.EndsAt }}',
  '-2562047h47m16.854775808s 2562047h47m16.854775807s',
);
check(
  '{{ $t := (index .Alerts 0).StartsAt }}{{ $t.Format "2006-01-02 03:04:05.000 PM Monday January Jan Mon MST -0700 Z07:00 -07 Z0700 1/2/06 3:4:5 pm __2 002 _2 .999999999 ,000 .0000000000000 Janet Monk 15h 20066 _2006 __2" }}',
  '2031-05-06 07:08:09.123 AM Tuesday May May Tue UTC +0000 Z +00 Z 5/6/31 7:8:9 am 126 126  6 .123 ,123 .123000000 Janet Monk 07h 20316 _2031 126',
);
check(
  '{{ $t := (index .Alerts 0).StartsAt }}{{ $t.Format "05.0005 .00x .9.9 99 20 200 2006.01.02" }}',
  '09.0009 .12x .1.1 99 60 600 2031.05.06',
);
check(
  '{{ .StartsAt }}',
  'template: :1:3: executing "" at <.StartsAt>: can\'t evaluate field StartsAt in type template.Data',
);
check(
  '{{ define "big" }}{{ . }}{{ end }}{{ template "big" .Alerts }}{{ template "big" (index .Alerts 0).StartsAt }}',
  '[{firing map[alertname:HighLatency instance:10.0.0.1:9100 uni:naïve ☃ 日本語 ÀÉ ß ǆ] map[big:x summary:Latency is high] 2031-05-06 07:08:09.123 +0000 UTC 0001-01-01 00:00:00 +0000 UTC http://p/graph?a=1&b=2 49e3b17a5b42fe02} {resolved map[alertname:HighLatency instance:10.0.0.2:9100] map[summary:Latency is high] 2021-02-03 04:05:06 +0000 UTC 2021-02-03 05:05:06.5 +0000 UTC  db85519888fc7854}]2031-05-06 07:08:09.123 +0000 UTC',
);
