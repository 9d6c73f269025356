import React from 'react';

export interface ButtonProps {
  /** What a screen reader says, and what the pointer shows. */
  label: string;
  text: string;
  onClick: () => void;
  isDisabled?: boolean;
  isPressed?: boolean;
  /** -1 where something around it is the one stop for the tab key. */
  stop?: number | undefined;
}

/** A small push button. */
export function Button({ label, text, onClick, isDisabled = false, isPressed, stop }: ButtonProps): React.JSX.Element {
  return (
    <button
      type="button"
      className="jp-Headroom-button"
      aria-label={label}
      aria-pressed={isPressed}
      title={label}
      tabIndex={stop}
      onClick={onClick}
      disabled={isDisabled}
    >
      {text}
    </button>
  );
}
