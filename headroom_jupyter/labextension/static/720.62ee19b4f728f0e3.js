"use strict";(self.rspackChunkheadroom_jupyter=self.rspackChunkheadroom_jupyter||[]).push([[720],{475(o,r,e){var a=e(601),t=e.n(a),i=e(314),p=(e.n(i))()(t());p.push([o.id,`/* The panel. Colours and sizes are Lab's alone; it is 245 px wide when it is first opened, so rows break in two there. */
.jp-Headroom-panel {
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1);
  line-height: 1.4;
}

.jp-Headroom-tabs {
  background: var(--jp-layout-color2);
  border-bottom: var(--jp-border-width) solid var(--jp-border-color1);
  flex: 0 0 auto;
  min-height: 28px;
  min-width: 240px; /* Lumino asks children, not the panel itself, how narrow it may get */
}

.jp-Headroom-tabs .lm-TabBar-content {
  align-items: stretch;
  display: flex;
  margin: 0;
  padding: 0;
}

.jp-Headroom-tabs .lm-TabBar-tab {
  align-items: center;
  border-bottom: 2px solid transparent;
  color: var(--jp-ui-font-color1);
  cursor: pointer;
  display: flex;
  flex: 0 1 auto;
  min-height: 26px;
  padding: 0 10px;
}

.jp-Headroom-tabs .lm-TabBar-tab.lm-mod-current {
  background: var(--jp-layout-color1);
  border-bottom-color: var(--jp-brand-color1);
}

.jp-Headroom-tabs .lm-TabBar-tabCloseIcon,
.jp-Headroom-tabs .lm-TabBar-tabIcon:empty {
  display: none;
}

.jp-Headroom-context {
  container-type: inline-size;
  display: flex;
  flex-direction: column;
  overflow: auto;
}

.jp-Headroom-context.jp-mod-dropTarget {
  box-shadow: inset 0 0 0 2px var(--jp-brand-color1);
}

.jp-Headroom-empty,
.jp-Headroom-note {
  color: var(--jp-ui-font-color1);
  margin: 0;
}

.jp-Headroom-empty {
  padding: 12px;
}

.jp-Headroom-note {
  font-size: var(--jp-ui-font-size0);
  overflow-wrap: anywhere;
}

.jp-Headroom-note.jp-mod-error,
.jp-Headroom-row.jp-mod-error .jp-Headroom-kind {
  color: var(--jp-error-color0, var(--jp-error-color1));
}

.jp-Headroom-header {
  border-bottom: var(--jp-border-width) solid var(--jp-border-color2);
  display: flex;
  flex-direction: column;
  gap: 6px;
  padding: 8px;
}

.jp-Headroom-header input,
.jp-Headroom-header select {
  background: var(--jp-input-background);
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  box-sizing: border-box;
  color: var(--jp-ui-font-color1);
  font: inherit;
  height: 26px;
  padding: 0 6px;
  width: 100%;
}

.jp-Headroom-header input::placeholder {
  color: var(--jp-ui-font-color2);
  opacity: 1;
}

.jp-Headroom-panel :is(button, input, select, summary, pre, [tabindex]):focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: -1px;
}

.jp-Headroom-pair {
  display: flex;
  gap: 8px;
}

.jp-Headroom-pair label {
  flex: 1 1 0;
  font-size: var(--jp-ui-font-size0);
  min-width: 0;
}

.jp-Headroom-budget {
  align-items: center;
  display: flex;
  font-size: var(--jp-ui-font-size0);
  gap: 6px;
  white-space: nowrap;
}

.jp-Headroom-budget [role='meter'] {
  background: var(--jp-layout-color3);
  border-radius: 4px;
  flex: 1 1 auto;
  height: 8px;
  overflow: hidden;
}

.jp-Headroom-budget [role='meter'] > div {
  background: var(--jp-brand-color1);
  height: 100%;
  min-width: 2px;
}

.jp-Headroom-budget.jp-mod-over [role='meter'] > div {
  background: var(--jp-error-color1);
}

.jp-Headroom-totals {
  display: flex;
  flex-wrap: wrap;
  font-variant-numeric: tabular-nums;
  font-weight: 600;
  gap: 0 8px;
  justify-content: space-between;
  margin: 0;
}

.jp-Headroom-prices summary,
.jp-Headroom-adding summary {
  cursor: pointer;
  font-size: var(--jp-ui-font-size0);
}

.jp-Headroom-scroll {
  margin: 4px 0;
  max-height: 240px;
  overflow: auto;
}

.jp-Headroom-prices table {
  border-collapse: collapse;
  font-size: var(--jp-ui-font-size0);
  font-variant-numeric: tabular-nums;
  width: 100%;
}

.jp-Headroom-prices :is(th, td) {
  border-bottom: var(--jp-border-width) solid var(--jp-border-color2);
  font-weight: normal;
  padding: 2px 6px;
  text-align: right;
  white-space: nowrap;
}

.jp-Headroom-prices th:first-child {
  text-align: left;
}

.jp-Headroom-prices tr.jp-mod-current th {
  font-weight: 600;
}

.jp-Headroom-prices td input {
  height: 20px;
  min-width: 72px;
}

.jp-Headroom-actions {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
}

.jp-Headroom-link {
  background: none;
  border: none;
  color: var(--jp-content-link-color);
  cursor: pointer;
  font: inherit;
  padding: 0 4px;
  text-decoration: underline;
}

.jp-Headroom-dot {
  background: var(--jp-success-color1);
  border-radius: 50%;
  display: inline-block;
  height: 7px;
  margin-right: 5px;
  width: 7px;
}

.jp-Headroom-dot.jp-mod-busy {
  background: var(--jp-warn-color1);
}

/* Rows: two lines in a narrow panel, a table in a wide one. */
.jp-Headroom-grid {
  flex: 1 0 auto;
}

.jp-Headroom-row {
  align-items: center;
  border-bottom: var(--jp-border-width) solid var(--jp-border-color2);
  column-gap: 6px;
  contain-intrinsic-size: auto 44px;
  content-visibility: auto;
  display: grid;
  font-variant-numeric: tabular-nums;
  grid-template-areas: 'include title title tools' 'include kind tokens share' 'detail detail detail detail';
  grid-template-columns: 20px minmax(0, auto) minmax(0, 1fr) auto;
  padding: 3px 8px 3px 4px;
}

.jp-Headroom-row:hover,
.jp-Headroom-row:focus-within {
  background: var(--jp-layout-color2);
}

.jp-Headroom-head {
  display: none;
}

.jp-Headroom-row > span {
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.jp-Headroom-include {
  grid-area: include;
}

.jp-Headroom-include input {
  margin: 3px;
}

.jp-Headroom-title {
  grid-area: title;
}

.jp-Headroom-title button,
.jp-Headroom-pin,
.jp-Headroom-variable {
  background: none;
  border: none;
  border-radius: var(--jp-border-radius);
  color: inherit;
  cursor: pointer;
  font: inherit;
  padding: 0 2px;
}

.jp-Headroom-title button {
  max-width: 100%;
  overflow: hidden;
  text-align: left;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.jp-Headroom-twisty::before {
  content: '▸';
  display: inline-block;
  width: 1em;
}

[aria-expanded='true'] > .jp-Headroom-twisty::before {
  content: '▾';
}

.jp-Headroom-kind,
.jp-Headroom-tokens,
.jp-Headroom-share,
.jp-Headroom-fidelity {
  font-size: var(--jp-ui-font-size0);
}

.jp-Headroom-kind {
  grid-area: kind;
  padding-left: 1.2em;
}

.jp-Headroom-tokens {
  grid-area: tokens;
  text-align: right;
}

.jp-Headroom-share {
  font-weight: 600;
  grid-area: share;
  min-width: 3.2em;
  text-align: right;
}

.jp-Headroom-fidelity {
  display: none;
  grid-area: fidelity;
}

.jp-Headroom-tools {
  grid-area: tools;
  text-align: right;
}

.jp-Headroom-pin svg {
  fill: none;
  stroke: currentcolor;
  vertical-align: middle;
}

.jp-Headroom-pin[aria-pressed='true'] svg {
  fill: var(--jp-brand-color1);
  stroke: var(--jp-brand-color1);
}

.jp-Headroom-row.jp-mod-excluded :is(.jp-Headroom-title, .jp-Headroom-tokens) {
  text-decoration: line-through;
}

.jp-Headroom-detail {
  cursor: default;
  display: flex;
  flex-direction: column;
  gap: 4px;
  grid-area: detail;
  min-width: 0;
  padding: 4px 0 4px 4px;
}

.jp-Headroom-detail .jp-Headroom-folds {
  background: var(--jp-layout-color0);
  border: var(--jp-border-width) solid var(--jp-border-color2);
  color: var(--jp-content-font-color1);
  max-height: 320px;
  overflow: auto;
  padding: 4px 6px;
}

@container (min-width: 420px) {
  .jp-Headroom-row {
    contain-intrinsic-size: auto 26px;
    grid-template-areas: 'include title kind tokens share fidelity tools' 'detail detail detail detail detail detail detail';
    grid-template-columns: 20px minmax(80px, 1fr) 72px 120px 48px 62px 44px;
  }

  .jp-Headroom-head {
    display: grid;
    font-size: var(--jp-ui-font-size0);
  }

  .jp-Headroom-head > .jp-Headroom-share {
    font-weight: normal;
  }

  .jp-Headroom-fidelity {
    display: inline;
  }

  .jp-Headroom-kind {
    padding-left: 0;
  }
}

.jp-Headroom-adding {
  border-top: var(--jp-border-width) solid var(--jp-border-color2);
  padding: 6px 8px;
}

.jp-Headroom-adding ul {
  list-style: none;
  margin: 4px 0;
  max-height: 220px;
  overflow: auto;
  padding: 0;
}

.jp-Headroom-variable {
  display: flex;
  gap: 8px;
  padding: 2px 4px;
  text-align: left;
  width: 100%;
}

.jp-Headroom-variable:hover {
  background: var(--jp-layout-color2);
}

.jp-Headroom-name {
  flex: 0 0 auto;
  font-family: var(--jp-code-font-family);
  max-width: 45%;
  overflow: hidden;
  text-overflow: ellipsis;
}

.jp-Headroom-type {
  flex: 1 1 auto;
  font-size: var(--jp-ui-font-size0);
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}

/* In the notebook: at the foot of a cell, over nothing that is written there. */
.jp-Cell:has(> .jp-Headroom-badge) {
  position: relative;
}

.jp-Headroom-badge {
  background: var(--jp-layout-color1);
  border-radius: var(--jp-border-radius);
  bottom: 0;
  color: var(--jp-ui-font-color2);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size0);
  line-height: 12px;
  padding: 0 3px;
  pointer-events: auto;
  position: absolute;
  right: 8px;
  z-index: 1;
}

.jp-Headroom-status {
  align-items: center;
  display: flex;
}

.jp-Headroom-statusButton {
  background: none;
  border: none;
  color: inherit;
  cursor: pointer;
  font: inherit;
  padding: 0 4px;
}
`,""]),e.d(r,{},{A:p})},40(o,r,e){var a=e(601),t=e.n(a),i=e(314),p=(e.n(i))()(t());p.push([o.id,`/* Comparisons, the store view and the savings view. */
.jp-Headroom-button {
  min-width: 24px;
  padding: 2px 8px;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font: inherit;
  cursor: pointer;
}

.jp-Headroom-button:hover:enabled {
  background: var(--jp-layout-color2);
}

.jp-Headroom-button:disabled {
  opacity: 0.5;
  cursor: default;
}

.jp-Headroom-button:focus-visible,
.jp-Headroom-fold:focus-visible,
.jp-Headroom-marker:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: 1px;
}

.jp-Headroom-error {
  color: var(--jp-error-color0, var(--jp-error-color1));
}

.jp-Headroom-compare {
  display: flex;
  flex-direction: column;
  overflow: hidden;
  background: var(--jp-layout-color0);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
}

.jp-Headroom-compareBar {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 12px;
  align-items: center;
  padding: 4px 8px;
  border-bottom: var(--jp-border-width) solid var(--jp-border-color1);
  background: var(--jp-layout-color1);
}

.jp-Headroom-compareFacts {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 12px;
  align-items: center;
  flex: 1 1 260px;
}

.jp-Headroom-compareTitle {
  font-weight: 600;
  overflow-wrap: anywhere;
}

.jp-Headroom-buttons,
.jp-Headroom-search {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
  align-items: center;
}

.jp-Headroom-compareBar input,
.jp-Headroom-compareBar select,
.jp-Headroom-view input,
.jp-Headroom-view select {
  min-width: 0;
  max-width: 100%;
  padding: 2px 4px;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-input-background, var(--jp-layout-color1));
  color: var(--jp-ui-font-color1);
  font: inherit;
}

.jp-Headroom-pins {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
  margin: 0;
  padding: 0;
  list-style: none;
}

.jp-Headroom-compareTexts {
  flex: 1 1 0;
  min-height: 0;
  overflow: hidden;
}

.jp-Headroom-compareTexts > .cm-mergeView,
.jp-Headroom-compareTexts > .cm-editor {
  height: 100%;
  overflow: auto;
}

.jp-Headroom-compareTexts .cm-content {
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size);
  line-height: 1.5;
}

.jp-Headroom-compareTexts .cm-editor.cm-focused {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: -2px;
}

.jp-Headroom-compareTexts .cm-merge-a {
  border-right: var(--jp-border-width) solid var(--jp-border-color1);
}

.jp-Headroom-compareTexts .cm-merge-a .cm-changedLine {
  background: color-mix(in srgb, var(--jp-warn-color1) 8%, transparent);
}

.jp-Headroom-compareTexts .cm-merge-b .cm-changedLine {
  background: color-mix(in srgb, var(--jp-success-color1) 10%, transparent);
}

.jp-Headroom-compareTexts .cm-merge-a .cm-changedLineGutter {
  background: var(--jp-warn-color1);
}

.jp-Headroom-compareTexts .cm-merge-b .cm-changedLineGutter {
  background: var(--jp-success-color1);
}

.jp-Headroom-compareTexts .cm-lineNumbers .cm-gutterElement {
  cursor: pointer;
}

.jp-Headroom-foldLine {
  padding: 1px 4px;
}

.jp-Headroom-fold {
  padding: 0 6px;
  border: var(--jp-border-width) dashed var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color2);
  color: var(--jp-ui-font-color1);
  font: inherit;
  text-align: start;
  cursor: pointer;
}

.jp-Headroom-marker {
  border-radius: var(--jp-border-radius);
  background: color-mix(in srgb, var(--jp-brand-color1) 18%, transparent);
  cursor: pointer;
}

.jp-Headroom-target {
  background: color-mix(in srgb, var(--jp-brand-color1) 22%, transparent);
}

.jp-Headroom-hit {
  background: var(--jp-search-unselected-match-background-color, var(--jp-warn-color2));
  color: var(--jp-search-unselected-match-color, inherit);
}

.jp-Headroom-pinned {
  box-shadow: inset 3px 0 var(--jp-brand-color1);
}

/* Store and savings. */
.jp-Headroom-view {
  container-type: inline-size;
  display: flex;
  flex-direction: column;
  gap: 6px;
  min-width: 240px;
  overflow: auto;
  padding: 8px;
}

.jp-Headroom-filters summary {
  cursor: pointer;
}

.jp-Headroom-parts,
.jp-Headroom-filterRow {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
}

.jp-Headroom-filters {
  display: flex;
  flex-direction: column;
  gap: 4px;
}

.jp-Headroom-filterRow select {
  flex: 1 1 90px;
}

.jp-Headroom-button[aria-pressed='true'] {
  border-color: var(--jp-brand-color1);
  background: var(--jp-layout-color2);
  font-weight: 600;
}

.jp-Headroom-quota {
  display: flex;
  flex-direction: column;
  gap: 2px;
}

.jp-Headroom-quota [role='meter'] {
  height: 6px;
  border-radius: 3px;
  background: var(--jp-layout-color3);
  overflow: hidden;
}

.jp-Headroom-quota [role='meter'] > div {
  min-width: 2px;
  height: 100%;
  background: var(--jp-brand-color1);
}

.jp-Headroom-about {
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size0);
  overflow-wrap: anywhere;
}

.jp-Headroom-undo,
.jp-Headroom-selection {
  padding: 4px 6px;
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color2);
}

.jp-Headroom-tableScroller {
  flex: 1 1 220px;
  min-height: 160px;
  overflow: auto;
  border: var(--jp-border-width) solid var(--jp-border-color2);
}

.jp-Headroom-tableScroller table {
  width: 100%;
  border-collapse: collapse;
  font-family: var(--jp-ui-font-family);
  table-layout: fixed;
}

.jp-Headroom-tableScroller thead th {
  position: sticky;
  top: 0;
  z-index: 1;
  padding: 2px 4px;
  background: var(--jp-layout-color2);
  text-align: start;
}

.jp-Headroom-tableScroller th:nth-child(1),
.jp-Headroom-tableScroller th:nth-child(4) {
  width: 24px;
}

.jp-Headroom-tableScroller th:nth-child(3) {
  width: 56px;
}

.jp-Headroom-tableScroller td {
  padding: 0 4px;
  overflow: hidden;
  border-bottom: var(--jp-border-width) solid var(--jp-border-color3);
}

.jp-Headroom-tableScroller tr[aria-selected='true'] {
  background: var(--jp-layout-color2);
}

.jp-Headroom-tableScroller tbody tr:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: -2px;
}

.jp-Headroom-original button {
  display: block;
  max-width: 100%;
  padding: 0;
  border: 0;
  background: transparent;
  color: var(--jp-content-link-color, var(--jp-ui-font-color1));
  font: inherit;
  text-align: start;
  cursor: pointer;
}

.jp-Headroom-original button,
.jp-Headroom-original .jp-Headroom-about {
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.jp-Headroom-size {
  text-align: end;
  white-space: nowrap;
}

.jp-Headroom-pinButton {
  padding: 2px;
  border: 0;
  background: transparent;
  color: var(--jp-ui-font-color1);
  font: inherit;
  cursor: pointer;
}

.jp-Headroom-hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}

.jp-Headroom-preview {
  display: flex;
  flex: 1 1 200px;
  flex-direction: column;
  gap: 4px;
  min-height: 120px;
  overflow: auto;
}

.jp-Headroom-foldText,
.jp-Headroom-folded pre,
.jp-Headroom-result > pre {
  margin: 0;
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size);
  line-height: 1.4;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}

.jp-Headroom-foldText {
  direction: ltr;
  unicode-bidi: isolate;
}

.jp-Headroom-foldText .jp-Headroom-fold {
  overflow-wrap: anywhere;
  white-space: normal;
}

.jp-Headroom-folded {
  max-height: 300px;
  margin: 2px 0;
  padding: 2px 6px;
  border-inline-start: 3px solid var(--jp-brand-color2);
  background: var(--jp-layout-color2);
  overflow: auto;
}

.jp-Headroom-memories {
  margin: 0;
  padding: 0;
  list-style: none;
}

.jp-Headroom-memories li {
  padding: 6px 0;
  border-bottom: var(--jp-border-width) solid var(--jp-border-color2);
}

.jp-Headroom-memories p {
  margin: 0 0 4px;
  overflow-wrap: anywhere;
  white-space: pre-wrap;
}

.jp-Headroom-memories .jp-Headroom-about {
  display: flex;
  gap: 8px;
  align-items: center;
  justify-content: space-between;
}

.jp-Headroom-savings h2 {
  margin: 8px 0 0;
  font-size: var(--jp-ui-font-size1);
}

.jp-Headroom-totalsList {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(96px, 1fr));
  gap: 6px;
  margin: 0;
}

.jp-Headroom-totalsList dt {
  font-size: var(--jp-ui-font-size0);
}

.jp-Headroom-totalsList dd {
  margin: 0;
  font-variant-numeric: tabular-nums;
  font-weight: 600;
}

.jp-Headroom-chart {
  margin: 0;
}

.jp-Headroom-chart > div,
.jp-Headroom-chart .vega-embed {
  width: 100%;
}

.jp-Headroom-scrolled {
  flex: 0 0 auto;
  max-height: 220px;
  overflow: auto;
}

.jp-Headroom-scrolled table {
  width: 100%;
  border-collapse: collapse;
  font-size: var(--jp-ui-font-size0);
}

.jp-Headroom-scrolled :is(th, td) {
  padding: 2px 4px;
  text-align: end;
  font-variant-numeric: tabular-nums;
}

.jp-Headroom-scrolled th[scope='row'],
.jp-Headroom-scrolled thead th:first-child {
  max-width: 90px;
  overflow: hidden;
  text-align: start;
  text-overflow: ellipsis;
  white-space: nowrap;
  font-weight: inherit;
}

.jp-Headroom-resultBar {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
}
`,""]),e.d(r,{},{A:p})},314(o){o.exports=function(o){var r=[];return r.toString=function(){return this.map(function(r){var e="",a=void 0!==r[5];return r[4]&&(e+="@supports (".concat(r[4],") {")),r[2]&&(e+="@media ".concat(r[2]," {")),a&&(e+="@layer".concat(r[5].length>0?" ".concat(r[5]):""," {")),e+=o(r),a&&(e+="}"),r[2]&&(e+="}"),r[4]&&(e+="}"),e}).join("")},r.i=function(o,e,a,t,i){"string"==typeof o&&(o=[[null,o,void 0]]);var p={};if(a)for(var d=0;d<this.length;d++){var n=this[d][0];null!=n&&(p[n]=!0)}for(var l=0;l<o.length;l++){var s=[].concat(o[l]);a&&p[s[0]]||(void 0!==i&&(void 0===s[5]||(s[1]="@layer".concat(s[5].length>0?" ".concat(s[5]):""," {").concat(s[1],"}")),s[5]=i),e&&(s[2]&&(s[1]="@media ".concat(s[2]," {").concat(s[1],"}")),s[2]=e),t&&(s[4]?(s[1]="@supports (".concat(s[4],") {").concat(s[1],"}"),s[4]=t):s[4]="".concat(t)),r.push(s))}},r}},601(o){o.exports=function(o){return o[1]}},72(o){var r=[];function e(o){for(var e=-1,a=0;a<r.length;a++)if(r[a].identifier===o){e=a;break}return e}function a(o,a){for(var t={},i=[],p=0;p<o.length;p++){var d=o[p],n=a.base?d[0]+a.base:d[0],l=t[n]||0,s="".concat(n," ").concat(l);t[n]=l+1;var c=e(s),m={css:d[1],media:d[2],sourceMap:d[3],supports:d[4],layer:d[5]};if(-1!==c)r[c].references++,r[c].updater(m);else{var u=function(o,r){var e=r.domAPI(r);return e.update(o),function(r){r?(r.css!==o.css||r.media!==o.media||r.sourceMap!==o.sourceMap||r.supports!==o.supports||r.layer!==o.layer)&&e.update(o=r):e.remove()}}(m,a);a.byIndex=p,r.splice(p,0,{identifier:s,updater:u,references:1})}i.push(s)}return i}o.exports=function(o,t){var i=a(o=o||[],t=t||{});return function(o){o=o||[];for(var p=0;p<i.length;p++){var d=e(i[p]);r[d].references--}for(var n=a(o,t),l=0;l<i.length;l++){var s=e(i[l]);0===r[s].references&&(r[s].updater(),r.splice(s,1))}i=n}}},659(o){var r={};o.exports=function(o,e){var a=function(o){if(void 0===r[o]){var e=document.querySelector(o);if(window.HTMLIFrameElement&&e instanceof window.HTMLIFrameElement)try{e=e.contentDocument.head}catch(o){e=null}r[o]=e}return r[o]}(o);if(!a)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");a.appendChild(e)}},540(o){o.exports=function(o){var r=document.createElement("style");return o.setAttributes(r,o.attributes),o.insert(r,o.options),r}},56(o,r,e){o.exports=function(o){var r=e.nc;r&&o.setAttribute("nonce",r)}},825(o){o.exports=function(o){if("u"<typeof document)return{update:function(){},remove:function(){}};var r=o.insertStyleElement(o);return{update:function(e){var a,t,i;a="",e.supports&&(a+="@supports (".concat(e.supports,") {")),e.media&&(a+="@media ".concat(e.media," {")),(t=void 0!==e.layer)&&(a+="@layer".concat(e.layer.length>0?" ".concat(e.layer):""," {")),a+=e.css,t&&(a+="}"),e.media&&(a+="}"),e.supports&&(a+="}"),(i=e.sourceMap)&&"u">typeof btoa&&(a+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(i))))," */")),o.styleTagTransform(a,r,o.options)},remove:function(){var o;null===(o=r).parentNode||o.parentNode.removeChild(o)}}}},113(o){o.exports=function(o,r){if(r.styleSheet)r.styleSheet.cssText=o;else{for(;r.firstChild;)r.removeChild(r.firstChild);r.appendChild(document.createTextNode(o))}}},691(o,r,e){var a=e(72),t=e.n(a),i=e(825),p=e.n(i),d=e(659),n=e.n(d),l=e(56),s=e.n(l),c=e(540),m=e.n(c),u=e(113),j=e.n(u),f=e(475),h={};h.styleTagTransform=j(),h.setAttributes=s(),h.insert=n().bind(null,"head"),h.domAPI=p(),h.insertStyleElement=m(),t()(f.A,h),f.A&&f.A.locals&&f.A.locals;var x=e(40),b={};b.styleTagTransform=j(),b.setAttributes=s(),b.insert=n().bind(null,"head"),b.domAPI=p(),b.insertStyleElement=m(),t()(x.A,b),x.A&&x.A.locals&&x.A.locals}}]);