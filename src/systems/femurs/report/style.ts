/** The report's style sheet: a calm page, readable at 360 pixels and on a wide screen, light and dark, one page in print. */
import { figureCss } from "./boundaries.ts";
import { paletteCss } from "./palette.ts";

/** All styles of the page. */
export const pageCss = `${paletteCss(":root")}
*{box-sizing:border-box}
html{background:var(--paper);-webkit-text-size-adjust:100%}
body{margin:0;color:var(--ink);font:400 16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:clamp(1.2rem,4vw,3.2rem) clamp(1rem,4vw,2.5rem)}
h1,h2{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"Book Antiqua",Georgia,serif;font-weight:600;line-height:1.18;text-wrap:balance}
h1{font-size:clamp(1.75rem,4.4vw,2.7rem);margin:.15em 0 .35em;letter-spacing:-.01em}
h2{font-size:1.35rem;margin:0 0 .5rem}
h3{font-size:1rem;margin:0;line-height:1.3}
p{margin:.4rem 0;max-width:68ch}
a{color:inherit}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.86em}
.kicker{margin:0;color:var(--soft);font-size:.86rem;letter-spacing:.02em}
.lede{font-size:1.08rem}
.soft{color:var(--soft)}
.small{font-size:.86rem}
.simulated{display:inline-block;max-width:none;margin:.5rem 0 0;padding:.3rem .8rem;border:1px solid var(--line);border-radius:1.1em;font-size:.88rem;color:var(--soft)}
section{margin-top:clamp(1.8rem,4vw,2.8rem)}
.answers,.models,.trio{display:grid;gap:1.1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,270px),1fr))}
.models{gap:1.4rem}
.trio{grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:2.2rem}
.answer{background:var(--card);border:1px solid var(--line);border-top:4px solid var(--tone);border-radius:10px;padding:1rem 1.1rem 1.05rem}
.answer.cat{--tone:var(--cat)}.answer.dog{--tone:var(--dog)}.answer.withheld{--tone:var(--withheld)}
.answer .name{color:var(--soft);font-size:.88rem}
.answer .verdict{font:600 1.65rem/1.2 "Iowan Old Style","Palatino Linotype",Palatino,Georgia,serif;color:var(--tone);margin:.15rem 0 .3rem}
.answer p{font-size:.93rem}
.scale{display:flex;height:8px;border-radius:4px;overflow:hidden;background:var(--dogDeep);margin:.5rem 0 .25rem}
.scale i{display:block;background:var(--cat)}
.scale i+i{background:var(--dog);flex:1}
.ends{display:flex;justify-content:space-between;font-size:.8rem;color:var(--soft)}
figure{margin:0}
figure svg{display:block;width:100%;height:auto}
figcaption,.legend{font-size:.86rem;color:var(--soft)}
.model h3{margin-bottom:.1rem}
.equation{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.79rem;line-height:1.5;color:var(--ink);min-height:3.6em;margin:.1rem 0 .5rem}
.legend svg{display:block;width:100%;max-width:440px;height:auto;margin-top:.4rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--soft);font-size:.86rem;padding-bottom:.35rem}
th,td{text-align:right;padding:.36rem .5rem;border-bottom:1px solid var(--line);font-weight:400;white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-size:.82rem;border-bottom-color:var(--soft)}
th.wrap{white-space:normal;line-height:1.3}th.wrap .soft{font-size:.86em}
tr.ours th,tr.ours td{font-weight:600}
tr.limit th,tr.limit td{color:var(--soft)}
.interval{width:34%}
.interval svg{display:block;width:100%;min-width:110px;height:16px}
.plot{max-width:280px}
.limits{border-top:1px solid var(--line);padding-top:1.2rem}
.limits li{margin:.25rem 0;max-width:74ch}
.limits ul{padding-left:1.15rem;margin:.4rem 0}
footer{margin-top:2rem;color:var(--soft);font-size:.84rem}
${figureCss}
@media (max-width:560px){.interval{display:none}body{font-size:15.5px}th,td{padding-inline:.35rem}}
@media print{@page{size:A4;margin:8mm 11mm}
html{background:#fff;font-size:7.1pt}body{font-size:1rem;line-height:1.36}main{max-width:none;padding:0}
h1{font-size:2rem;margin:.05em 0 .2em}h2{font-size:1.3rem;margin-bottom:.15rem}p{margin:.2rem 0;max-width:none}
section{margin-top:.7rem}.simulated{margin-top:.2rem;padding:.1rem .7rem}
.answers{grid-template-columns:repeat(3,1fr);gap:.7rem}.models{grid-template-columns:repeat(5,1fr);gap:.7rem}.note{display:none}
.trio{grid-template-columns:repeat(3,1fr);gap:1.4rem}.trio br{display:none}.trio th .soft::before{content:" · "}
.answer{padding:.5rem .65rem;border-radius:5px;border-top-width:3px}.answer .verdict{font-size:1.4rem;margin:0}.scale{height:5px;margin:.25rem 0 .1rem}
.model h3{font-size:.95rem;white-space:nowrap}.legend svg{max-width:300px;margin-top:.1rem}.equation{font-size:.66rem;min-height:3em;margin-bottom:.15rem}
th,td{padding:.13rem .35rem}.plot{max-width:122px}.limits{padding-top:.5rem}.limits li{margin:.05rem 0;max-width:none}
footer{margin-top:.5rem}section,figure,table,.answer{break-inside:avoid}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}`;
