/** Where the file that stands in for hidden ones is seen inside a sandbox. */
export const innerPlaceholder = "/run/.signalbox-hidden";
