/** The report's style sheet: readable from 360 pixels to a wall, light and dark, and on paper. */
import { paletteCss } from "./reportPalette.ts";

const serif = `"Iowan Old Style","Palatino Linotype",Palatino,"Book Antiqua",Georgia,serif`;
const mono = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace";

/** All styles of the page. */
export const pageCss = `${paletteCss}
*{box-sizing:border-box}
html{background:var(--paper);-webkit-text-size-adjust:100%;font-size:clamp(16px,.42vw + 10.5px,27px)}
body{margin:0;color:var(--ink);font:400 1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:72rem;margin:0 auto;padding:clamp(1.2rem,4vw,3.2rem) clamp(1rem,4vw,2.5rem)}
h1,h2{font-family:${serif};font-weight:600;line-height:1.18;text-wrap:balance}
h1{font-size:clamp(1.65rem,4.4vw,2.6rem);margin:.15em 0 .35em;letter-spacing:-.01em}
h2{font-size:1.42rem;margin:0 0 .35rem}
h3{font-size:1rem;margin:0 0 .3rem;line-height:1.3}
p{margin:.4rem 0;max-width:70ch}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.15em}
code,pre{font-family:${mono};font-size:.86em}
pre{margin:0;padding:.7rem .9rem;background:var(--card);border:1px solid var(--line);border-radius:8px;white-space:pre-wrap}
.kicker{margin:0;color:var(--soft);font-size:.86rem}
.lede{font-size:1.1rem}
.caution{border-left:3px solid var(--bad);padding:.1rem 0 .1rem .8rem;margin:.9rem 0 0}
.soft,.caption,figcaption{color:var(--soft)}
nav ol{columns:16rem;margin:1rem 0 0;padding:.8rem 1rem .8rem 2.4rem;border:1px solid var(--line);border-radius:8px;font-size:.9rem}
nav li{break-inside:avoid;padding-left:.2rem;margin:0 0 .3rem}nav li::marker{color:var(--soft)}
section{margin-top:clamp(2rem,5vw,3.4rem);padding-top:1.2rem;border-top:1px solid var(--line)}
.plain{font-size:1.06rem}
.figures{display:grid;gap:1.4rem 2.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));margin-top:1rem;align-items:start}
.figures>*{min-width:0}.table{container-type:inline-size}
.wide{grid-column:1/-1}
.figures>.table:only-child,.figures>.table:first-child{grid-column:1/-1}
figure{margin:0}
figure>svg{display:block;overflow:visible;width:100%;max-width:31rem;height:auto}
.large figure>svg{max-width:38rem}
figcaption,.caption{font-size:.86rem;line-height:1.4}
figcaption{margin-top:.3rem}.table figcaption{margin:0 0 .35rem}
.axis{font:400 11px system-ui,sans-serif;fill:var(--soft)}
.key{white-space:nowrap;margin-right:.7rem}
.dash{display:inline-block;width:1.5em;border-top:2px dashed;vertical-align:.28em;margin-right:.35em}.dash.solid{border-top-style:solid}
.nowrap{white-space:nowrap}
.sign{width:.95em;height:.95em;vertical-align:-.1em;margin-right:.3em}
.hatched{display:inline-block;width:1.2em;height:.8em;margin-right:.35em;vertical-align:-.05em;border:1px dashed var(--withheld);background:repeating-linear-gradient(45deg,transparent 0 3px,var(--withheld) 3px 4px)}
.scroll{overflow-x:auto;max-width:100%}.scroll:focus-visible{outline:2px solid var(--own);outline-offset:3px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:right;padding:.36rem .55rem;border-bottom:1px solid var(--line);font-weight:400;vertical-align:baseline;overflow-wrap:normal}
td{white-space:nowrap}
th.word,td.word{text-align:left}tbody th.word{min-width:6.5rem}td.word{white-space:normal;min-width:5rem}.why{display:inline-block;min-width:11rem}
th:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
thead th{min-width:3.6rem;color:var(--soft);font-size:.82rem;line-height:1.3;border-bottom-color:var(--soft);vertical-align:bottom}
tr.own th,tr.own td{font-weight:600}
tr.faint th,tr.faint td{color:var(--soft)}
.interval{display:inline-block;width:100%;min-width:6rem;max-width:11rem;height:1rem;vertical-align:middle}
.matrix{width:auto;min-width:min(100%,30rem)}.matrix td{text-align:center;min-width:5.5rem}.matrix thead th{text-align:center}.matrix thead th.word{text-align:left}
.shade{background:color-mix(in srgb,var(--tone) var(--share),transparent)}
.share{font-size:.82em;color:var(--soft)}.shade .share{color:inherit}
details{margin-top:.5rem;font-size:.92rem}summary{cursor:pointer;color:var(--soft);font-size:.86rem}
dl{margin:.4rem 0;font-size:.9rem}dt{font-weight:600;margin-top:.4rem}dd{margin:0}
.facts{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.25rem 1rem}.facts dt{font-weight:400;color:var(--soft);margin:0}
.notes{display:grid;gap:.2rem 2.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));margin-top:1rem;font-size:.9rem;color:var(--soft)}
.notes strong{color:var(--ink);font-weight:600}
.absent{border:1px dashed var(--soft);border-radius:8px;padding:.6rem .9rem;max-width:none}
ul{margin:.3rem 0;padding-left:1.2rem}li{margin:.3rem 0;max-width:80ch}
.tag{font-size:.78rem;border:1px solid var(--soft);border-radius:1em;padding:.05em .6em;color:var(--soft);white-space:nowrap}.tag.left{border-color:var(--bad);color:var(--bad)}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.86rem}
@container (max-width:34rem){td>.soft{display:block;font-size:.92em}.interval{min-width:3.5rem}th,td{padding-inline:.35rem}}
@media (max-width:560px){td>.soft{display:block;font-size:.92em}.interval{min-width:4.5rem}th,td{padding-inline:.35rem}.facts{grid-template-columns:1fr}.facts dd{margin-bottom:.4rem}}
@media print{@page{margin:14mm 12mm}html{font-size:9.5pt;background:#fff}main{max-width:none;padding:0}nav,summary{display:none}section{margin-top:1.2rem;padding-top:.6rem}figure,tr,.absent{break-inside:avoid}h2,h3,.plain{break-after:avoid}.scroll{overflow:visible}td{white-space:normal}.interval{min-width:3.5rem}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}`;
