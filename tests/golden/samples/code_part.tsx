import React from 'react';
export const App = ({ name }: { name: string }) => {
  const [n, setN] = React.useState<number>(0);
  React.useEffect(() => {
    document.title = `${name} ${n}`;
  }, [n]);
  return (
    <ul>
      <li>{name}</li>
    </ul>
  );
};
