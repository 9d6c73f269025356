import { LabIcon } from '@jupyterlab/ui-components';

/** Two brackets closing on a line: a text made small. */
export const headroomIcon = new LabIcon({
  name: 'headroom-jupyter:icon',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M11 2h2v4.2l1.6-1.6L16 6l-4 4-4-4 1.4-1.4L11 6.2z"/>
    <path d="M3 11h18v2H3z"/>
    <path d="M11 22h2v-4.2l1.6 1.6L16 18l-4-4-4 4 1.4 1.4 1.6-1.6z"/>
  </g>
</svg>`
});
