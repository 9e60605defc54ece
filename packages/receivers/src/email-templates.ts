// The templates of e-mail that Alertmanager has beside the texts of its other receivers: the subject, and an
// HTML page that says what the original says in a form of our own.

const alerts = (name: string, title: string, colour: string) => `{{ if gt (len .Alerts.${name}) 0 }}
<tr><td style="padding:10px 20px;font-weight:bold;color:${colour};">[{{ .Alerts.${name} | len }}] ${title}</td></tr>
{{ range .Alerts.${name} }}<tr><td style="padding:0 20px 20px;">
<strong>Labels</strong><br>
{{ range .Labels.SortedPairs }}{{ .Name }} = {{ .Value }}<br>
{{ end }}{{ if gt (len .Annotations) 0 }}<strong>Annotations</strong><br>
{{ range .Annotations.SortedPairs }}{{ .Name }} = {{ .Value }}<br>
{{ end }}{{ end }}{{ if .GeneratorURL }}<a href="{{ .GeneratorURL }}">Source</a><br>
{{ end }}</td></tr>
{{ end }}{{ end }}`;

const PAGE = `<!DOCTYPE html>
<html>
<head>
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<title>{{ template "__subject" . }}</title>
</head>
<body style="margin:0;padding:20px;background:#f4f4f4;font-family:Helvetica,Arial,sans-serif;font-size:14px;">
<table style="max-width:640px;margin:0 auto;background:#fff;border:1px solid #ddd;border-collapse:collapse;width:100%;">
<tr><td style="padding:20px;color:#fff;font-size:16px;background:{{ if gt (len .Alerts.Firing) 0 }}#c62828{{ else }}#2e7d32{{ end }};">
{{ .Alerts | len }} alert{{ if gt (len .Alerts) 1 }}s{{ end }} for {{ range .GroupLabels.SortedPairs }}
{{ .Name }}={{ .Value }}
{{ end }}</td></tr>
<tr><td style="padding:20px;"><a href="{{ template "__alertmanagerURL" . }}">View in {{ template "__alertmanager" . }}</a></td></tr>
${alerts('Firing', 'Firing', '#c62828')}${alerts('Resolved', 'Resolved', '#2e7d32')}
<tr><td style="padding:20px;color:#999;font-size:12px;"><a href="{{ .ExternalURL }}">Sent by {{ template "__alertmanager" . }}</a></td></tr>
</table>
</body>
</html>
`;

/** A file for `parseTemplates`, to stand behind Alertmanager's own and before the user's. */
export const EMAIL_TEMPLATES = {
  name: '',
  text: `{{ define "email.default.subject" }}{{ template "__subject" . }}{{ end }}{{ define "email.default.html" }}${PAGE}{{ end }}`,
};
