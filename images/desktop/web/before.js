// Before the parts of xpra's client: what they would take of jQuery UI and of menus that this page does not have.

/** Of jQuery UI's `position({ of })` a desktop's one window needs only this: it lies where the screen begins. */
const positionOf = jQuery.fn.position;
jQuery.fn.position = function position(options) {
  return options === undefined ? positionOf.call(this) : this.css({ left: 0, top: 0 });
};

window.addWindowListItem = () => {};
window.removeWindowListItem = () => {};
// Notifications are shown by the desktop's own programs.
window.doNotification = () => {};
window.closeNotification = () => {};
